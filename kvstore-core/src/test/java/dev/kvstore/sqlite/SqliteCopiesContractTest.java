package dev.kvstore.sqlite;

import dev.kvstore.HistorySettings;
import dev.kvstore.KVDatabase;
import dev.kvstore.testing.CopiesContract;
import java.nio.file.Path;
import java.time.Duration;

class SqliteCopiesContractTest extends CopiesContract {
  @Override
  protected KVDatabase open(Path folder) {
    return SqliteKVDatabase.open(
        folder.resolve("app.db"),
        SqliteSettings.DEFAULT
            .withTimeout(Duration.ofMinutes(1))
            .withHistory(HistorySettings.DEFAULT));
  }
}
