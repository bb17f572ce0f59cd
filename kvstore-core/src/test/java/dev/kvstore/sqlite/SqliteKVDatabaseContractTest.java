package dev.kvstore.sqlite;

import dev.kvstore.KVDatabase;
import dev.kvstore.testing.KVDatabaseContract;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

class SqliteKVDatabaseContractTest extends KVDatabaseContract {
  @TempDir
  private Path folder;

  @Override
  protected KVDatabase open() {
    return SqliteKVDatabase.open(
        folder.resolve("app.db"), SqliteSettings.DEFAULT.withTimeout(Duration.ofMinutes(1)));
  }
}
