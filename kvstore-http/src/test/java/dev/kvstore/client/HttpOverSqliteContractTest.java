package dev.kvstore.client;

import dev.kvstore.HistorySettings;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryDatabase;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.io.TempDir;

class HttpOverSqliteContractTest extends HttpContract {
  @TempDir
  static Path folder;

  @Override
  EntryDatabase openDatabase(Clock clock) {
    return SqliteEntryDatabase.open(
        folder.resolve("contract.db"),
        SqliteConfig.DEFAULT.clock(clock).timeout(PATIENCE).history(HistorySettings.DEFAULT));
  }
}
