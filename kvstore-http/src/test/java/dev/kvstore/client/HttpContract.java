package dev.kvstore.client;

import dev.kvstore.http.KVServer;
import dev.kvstore.http.ServerSettings;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.testing.EntryStoreContract;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract for a store behind a service, with all that is between the two. */
abstract class HttpContract extends EntryStoreContract {
  /** Not the default, which a busy build machine can exceed. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private @Nullable EntryDatabase database;
  private @Nullable KVServer service;

  /** Opens the service's database. */
  abstract EntryDatabase openDatabase(Clock clock);

  @BeforeAll
  final void startService() {
    database = openDatabase(clock());
    service = KVServer.start(ServerSettings.DEFAULT, database);
  }

  @AfterAll
  final void stopService() {
    if (service != null) {
      service.close();
    }
    if (database != null) {
      database.close();
    }
  }

  @Override
  protected EntryStore open(String name) {
    URI uri = URI.create("http://127.0.0.1:" + Objects.requireNonNull(service).port());
    return new HttpEntryStore(uri, name, HttpSettings.DEFAULT.withRequestTimeout(PATIENCE));
  }

  /** The client cannot tell of changes yet. */
  @Override
  public boolean tellsOfEveryChange() {
    return false;
  }
}
