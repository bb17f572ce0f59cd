package dev.kvstore.internal.binding;

import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryStore;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class SqliteBindingTest extends BindingConsistency {
  private SqliteEntryDatabase database;

  @BeforeAll
  void openDatabase(@TempDir Path folder) {
    database = SqliteEntryDatabase.open(
        folder.resolve("bind.db"), SqliteConfig.DEFAULT.timeout(Duration.ofMinutes(1)));
  }

  @AfterAll
  void closeDatabase() {
    database.close();
  }

  @Override
  EntryStore open(String name) {
    return database.store(name);
  }
}
