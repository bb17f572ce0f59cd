package dev.kvstore.internal.sqlite;

import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.testing.EntryDatabaseContract;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

class SqliteDatabaseContractTest extends EntryDatabaseContract {
  @TempDir
  private Path folder;

  @Override
  protected EntryDatabase open() {
    return SqliteEntryDatabase.open(
        folder.resolve("contract.db"), SqliteConfig.DEFAULT.timeout(Duration.ofMinutes(1)));
  }
}
