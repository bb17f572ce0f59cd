package dev.kvstore.client;

import dev.kvstore.client.internal.lastknowngood.LastKnownGoodFile;
import dev.kvstore.client.internal.lastknowngood.LastKnownGoodStore;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.testing.EntryStoreContract;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Runs the contract of stores with a last-known-good file. */
class LastKnownGoodContractTest extends EntryStoreContract {
  private Path folder;
  private SqliteEntryDatabase database;

  @BeforeAll
  void openDatabase(@TempDir Path temporary) {
    folder = temporary;
    database = SqliteEntryDatabase.open(
        folder.resolve("contract.db"),
        SqliteConfig.DEFAULT.clock(clock()).timeout(Duration.ofMinutes(1)));
  }

  @AfterAll
  void closeDatabase() {
    database.close();
  }

  @Override
  protected EntryStore open(String name) {
    LastKnownGoodFile file = new LastKnownGoodFile(folder.resolve(name));
    return LastKnownGoodStore.over(database.store(name), file, List.of("http://here"), clock());
  }
}
