package dev.kvstore.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.HistorySettings;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVStore;
import dev.kvstore.WriteOptions;
import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.testing.MongoStack;
import dev.kvstore.testing.MongoTestServer;
import dev.kvstore.transfer.ExportOptions;
import dev.kvstore.transfer.ImportOptions;
import dev.kvstore.transfer.KVSnapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that moves from one service to another. */
class RestoreOverHttpTest {
  private static final int MORE_THAN_ONE_REQUEST = 220;

  private static KVStore open(KVServer service, String store) {
    URI uri = URI.create("http://127.0.0.1:" + service.port());
    HttpSettings settings = HttpSettings.DEFAULT.withRequestTimeout(Duration.ofMinutes(1));
    return HttpKVStore.open(uri, store, settings);
  }

  private static String exported(KVStore store) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    KVSnapshot.export(store, bytes, ExportOptions.EXACT.history());
    return bytes.toString(UTF_8);
  }

  private static void restore(KVStore store, String snapshot) throws IOException {
    KVSnapshot.importInto(
        store, new ByteArrayInputStream(snapshot.getBytes(UTF_8)), ImportOptions.EXACT.restore());
  }

  private static List<KVMetadata> metadata(KVStore store) {
    return store.stream("", Object.class).map(KVEntry::metadata).toList();
  }

  @Test
  void aStore_movesFromAFileToMongoDb_behindServices(@TempDir Path folder) throws IOException {
    SqliteConfig recorded = SqliteConfig.DEFAULT.history(HistorySettings.DEFAULT);
    MongoSettings toMongo = MongoSettings.DEFAULT
        .withTimeout(Duration.ofMinutes(1))
        .withHistory(HistorySettings.DEFAULT);
    try (MongoTestServer server = MongoTestServer.startReplicaSet();
        EntryDatabase file = SqliteEntryDatabase.open(folder.resolve("test.db"), recorded);
        EntryDatabase mongo = MongoStack.open(server.connectionString(), toMongo);
        KVServer oldService = KVServer.start(ServerSettings.DEFAULT, file);
        KVServer newService = KVServer.start(ServerSettings.DEFAULT, mongo);
        KVStore from = open(oldService, "app");
        KVStore to = open(newService, "app");
        KVStore back = open(oldService, "back")) {
      for (int i = 0; i < MORE_THAN_ONE_REQUEST; i++) {
        from.increment("visits");
      }
      from.set("ui.theme", "dark", WriteOptions.DEFAULT.author("alice").comment("at night"));
      from.set("ui.theme", List.of(1L, 2), WriteOptions.DEFAULT.ttl(Duration.ofDays(1)));
      from.delete("visits");
      from.history().setLabel("now", WriteOptions.DEFAULT.author("bob"));

      String house = exported(from);
      restore(to, house);
      restore(to, house);
      assertThat(exported(to)).isEqualTo(house);
      restore(back, exported(to));
      assertThat(exported(back)).isEqualTo(house);
      assertThat(metadata(to))
          .isEqualTo(metadata(from))
          .isEqualTo(metadata(back))
          .hasSize(1);
      to.set("ui.theme", "blue");
      assertThatThrownBy(() -> restore(to, house))
          .isInstanceOf(KVException.class)
          .hasMessageContaining("is in use");
    }
  }
}
