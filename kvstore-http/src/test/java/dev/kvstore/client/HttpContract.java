package dev.kvstore.client;

import static org.awaitility.Awaitility.await;

import dev.kvstore.NearCacheSettings;
import dev.kvstore.client.internal.store.HttpEntryDatabase;
import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.cache.NearCache;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.testing.EntryStoreContract;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract for a store behind a service, including everything in between. */
abstract class HttpContract extends EntryStoreContract {
  /** Longer than the default, which a busy build machine can exceed. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final HttpSettings SETTINGS = HttpSettings.DEFAULT.withRequestTimeout(PATIENCE);

  private @Nullable EntryDatabase database;
  private @Nullable KVServer service;
  private @Nullable EntryDatabase client;

  /** Opens the service's database. */
  abstract EntryDatabase openDatabase(Clock clock);

  @BeforeAll
  final void startService() {
    database = openDatabase(clock());
    service = KVServer.start(ServerSettings.DEFAULT, database);
    URI uri = URI.create("http://127.0.0.1:" + service.port());
    client = HttpEntryDatabase.open(List.of(uri), SETTINGS.requests());
  }

  @AfterAll
  final void stopService() {
    if (client != null) {
      client.close();
    }
    if (service != null) {
      service.close();
    }
    if (database != null) {
      database.close();
    }
  }

  @Override
  protected EntryStore open(String name) {
    return Objects.requireNonNull(client).store(name);
  }

  /** Returns the store with a near-cache that follows the service's events. */
  final EntryStore cached(EntryStore store) {
    NearCache cached = NearCache.over(store, NearCacheSettings.DEFAULT, clock());
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> cached.health().coherent());
    return cached;
  }
}
