package dev.kvstore.client;

import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.sqlite.SqliteEntryDatabase;
import dev.kvstore.sqlite.SqliteSettings;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.io.TempDir;

class HttpOverSqliteContractTest extends HttpContract {
  @TempDir
  static Path folder;

  @Override
  EntryDatabase openDatabase(Clock clock) {
    return SqliteEntryDatabase.open(
        folder.resolve("contract.db"), SqliteSettings.DEFAULT.clock(clock).timeout(PATIENCE));
  }
}
