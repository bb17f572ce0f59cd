package dev.kvstore.internal.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoCollection;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.WriteOptions;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.ManualClock;
import dev.kvstore.testing.MongoTestServer;
import dev.kvstore.testing.RawStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** A MongoDB store that is empty when a test begins, with a clock that the test advances. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class MongoStoreFixture {
  protected ManualClock clock = new ManualClock();
  protected MongoTestServer server;
  protected MongoEntryDatabase database;
  protected RawStore store;

  @BeforeAll
  final void startServer() {
    server = MongoTestServer.start();
  }

  @AfterAll
  final void stopServer() {
    server.close();
  }

  @BeforeEach
  final void open() {
    server.client().getDatabase(server.database()).drop();
    clock = new ManualClock();
    database = MongoEntryDatabase.open(
        server.connectionString(),
        MongoSettings.DEFAULT.withTimeout(Duration.ofMinutes(1)).withClock(clock));
    store = RawStore.of(database.store("settings"));
  }

  @AfterEach
  final void close() {
    database.close();
  }

  protected KVMetadata set(String key, RawValue value) {
    return set(key, value, WriteOptions.DEFAULT);
  }

  protected KVMetadata set(String key, RawValue value, WriteOptions options) {
    return store.write(new Write(key, value, options));
  }

  KVEntry<RawValue> read(String key) {
    return store.read(key).orElseThrow();
  }

  /** Returns the documents as seen in the shell. */
  MongoCollection<Document> shell() {
    return server.client().getDatabase(server.database()).getCollection("settings");
  }

  protected static WriteOptions ttl(int seconds) {
    return WriteOptions.DEFAULT.ttl(Duration.ofSeconds(seconds));
  }

  /** Returns all keys, read page by page. */
  final List<String> allKeys(KeyRange range, int limit) {
    List<String> keys = new ArrayList<>();
    KVPage<String> page = store.scanKeys(range, limit);
    while (true) {
      assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
      keys.addAll(page.items());
      if (page.next().isEmpty()) {
        return keys;
      }
      page = store.scanKeys(range.after(page.next().get()), limit);
    }
  }
}
