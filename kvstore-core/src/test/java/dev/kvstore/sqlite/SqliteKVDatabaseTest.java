package dev.kvstore.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteKVDatabaseTest {
  @TempDir
  private Path folder;

  private KVDatabase open() {
    return KVDatabase.open("sqlite:" + folder.resolve("app.db"));
  }

  @Test
  void close_freesTheFile() {
    try (KVDatabase database = open()) {
      database.store("app").set("k", 1);
    }
    try (KVStore again = SqliteKVStore.open(folder.resolve("app.db"), "app")) {
      assertThat(again.get("k", Integer.class)).isEqualTo(1);
    }
  }

  @Test
  void health_saysWhetherTheFileIsThere() throws Exception {
    try (KVDatabase database = open()) {
      assertThat(database.health().cache()).isEmpty();

      Files.delete(folder.resolve("app.db"));

      assertThat(database.health().isAvailable()).isFalse();
      assertThat(database.health().problem())
          .hasValueSatisfying(problem -> assertThat(problem).contains("deleted or moved"));
    }
  }

  @Test
  void objectMapper_ofTheApplication_names() {
    SqliteSettings settings = SqliteSettings.DEFAULT.withObjectMapper(JsonMapper.builder()
        .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
        .build());
    try (KVDatabase database = SqliteKVDatabase.open(folder.resolve("app.db"), settings)) {
      KVStore store = database.store("app");
      store.set("tls", Map.of("key-file", "a.pem"));

      assertThat(store.get("tls", Tls.class)).isEqualTo(new Tls("a.pem"));
    }
  }

  record Tls(String keyFile) {}

  @Test
  void objectMapper_thatCannotBeCopied_leavesTheFileFree() {
    Path file = folder.resolve("app.db");
    SqliteSettings settings = SqliteSettings.DEFAULT.withObjectMapper(new ObjectMapper() {
      @Override
      public ObjectMapper copy() {
        throw new IllegalStateException("no copies");
      }
    });

    assertThatThrownBy(() -> SqliteKVDatabase.open(file, settings)).hasMessage("no copies");
    SqliteKVDatabase.open(file).close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "jdbc:sqlite:a", "redis://secret@host", "sqlite:", "sqlite://a/b"})
  void connectionString_ofNothingKnown_isRefused_withoutRepeatingIt(String text) {
    assertThatThrownBy(() -> KVDatabase.open(text))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
        .hasMessageNotContaining("secret");
  }

  @Test
  void service_withoutTheClient_namesTheArtifact() {
    assertThatThrownBy(() -> KVDatabase.open("https://settings.example.net"))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MISSING_DEPENDENCY))
        .hasMessageContaining("dev.kvstore:kvstore-client");
  }
}
