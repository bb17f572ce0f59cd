package dev.kvstore.internal.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.sqlite.SqliteKVStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteKVStoreTest {
  @TempDir
  Path folder;

  @Test
  void open_again_hasEverything() {
    Path file = folder.resolve("settings.db");
    try (KVStore settings = SqliteKVStore.open(file, "settings")) {
      settings.setMany(Map.of("ui.theme", "dark", "http.retries", 3, "hosts", List.of("a", "b")));
    }

    try (KVStore settings = SqliteKVStore.open(file, "settings")) {
      assertThat(settings.name()).isEqualTo("settings");
      assertThat(settings.get("ui.theme", String.class)).isEqualTo("dark");
      assertThat(settings.increment("http.retries")).isEqualTo(4);
      assertThat(settings.keys()).containsExactly("hosts", "http.retries", "ui.theme");
    }
  }

  @Test
  void open_illegalName_doesNotTouchTheFile() {
    assertThatThrownBy(() -> SqliteKVStore.open(folder.resolve("settings.db"), "no name"))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STORE));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void close_again_doesNothingAndOtherCallsFail() {
    KVStore settings = SqliteKVStore.open(folder.resolve("settings.db"), "settings");
    settings.close();
    settings.close();

    assertThatThrownBy(() -> settings.find("k", String.class))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
  }
}
