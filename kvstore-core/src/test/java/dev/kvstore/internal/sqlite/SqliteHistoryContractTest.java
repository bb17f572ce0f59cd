package dev.kvstore.internal.sqlite;

import dev.kvstore.HistorySettings;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.testing.EntryStoreContract;
import dev.kvstore.testing.HistoryContract;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class SqliteHistoryContractTest extends EntryStoreContract implements HistoryContract {
  private SqliteEntryDatabase database;

  @BeforeAll
  void openDatabase(@TempDir Path folder) {
    database = SqliteEntryDatabase.open(
        folder.resolve("contract.db"),
        SqliteConfig.DEFAULT
            .clock(clock())
            .timeout(Duration.ofMinutes(1))
            .history(HistorySettings.DEFAULT));
  }

  @AfterAll
  void closeDatabase() {
    database.close();
  }

  @Override
  protected EntryStore open(String name) {
    return database.store(name);
  }
}
