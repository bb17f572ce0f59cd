package dev.kvstore.client;

import dev.kvstore.HistorySettings;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.testing.HistoryContract;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.io.TempDir;

class HttpOverSqliteContractTest extends HttpContract implements HistoryContract {
  @TempDir
  static Path folder;

  /** The service decides what it records. */
  @Override
  public final boolean recordsGivenOperations() {
    return false;
  }

  @Override
  EntryDatabase openDatabase(Clock clock) {
    return SqliteEntryDatabase.open(
        folder.resolve("contract.db"),
        SqliteConfig.DEFAULT.clock(clock).timeout(PATIENCE).history(HistorySettings.DEFAULT));
  }
}
