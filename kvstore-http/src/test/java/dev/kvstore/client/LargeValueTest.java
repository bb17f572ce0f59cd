package dev.kvstore.client;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVStore;
import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.ValueLimits;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the service decides the maximum size of a value. */
class LargeValueTest {
  private static final String TWO_MIB = "x".repeat(2 * 1024 * 1024);

  @TempDir
  private Path folder;

  @Test
  void largerThanTheServiceTakes_isTooLarge() {
    try (EntryDatabase database = SqliteEntryDatabase.open(folder.resolve("small.db"));
        KVServer service = KVServer.start(ServerSettings.DEFAULT, database);
        KVStore store = open(service)) {
      assertThatThrownBy(() -> store.set("k", TWO_MIB))
          .isInstanceOfSatisfying(
              InvalidInputException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
      assertThat(store.has("k")).isFalse();
    }
  }

  @Test
  void asLargeAsTheServiceTakes_isStored() {
    ServerSettings wide =
        with(ServerSettings.DEFAULT, "limits", new ValueLimits(4 * 1024 * 1024, 100));
    try (EntryDatabase database = SqliteEntryDatabase.open(folder.resolve("large.db"));
        KVServer service = KVServer.start(wide, database);
        KVStore store = open(service)) {
      store.set("k", TWO_MIB);
      assertThat(store.get("k", String.class)).isEqualTo(TWO_MIB);
    }
  }

  private static KVStore open(KVServer service) {
    return HttpKVStore.open(URI.create("http://127.0.0.1:" + service.port()), "large");
  }
}
