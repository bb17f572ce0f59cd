package dev.kvstore.internal.sqlite;

import static dev.kvstore.internal.sqlite.Values.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens between processes, and to those that are killed. */
@Timeout(120)
class SqliteProcessTest {
  @TempDir
  Path folder;

  private final List<Process> children = new ArrayList<>();

  @AfterEach
  void killChildren() throws InterruptedException {
    for (Process child : children) {
      SqliteChild.kill(child);
    }
  }

  @Test
  void open_fileOfThisProcess_isRefusedToAnother() throws Exception {
    Path file = folder.resolve("settings.db");
    try (SqliteEntryDatabase database = SqliteEntryDatabase.open(file)) {
      assertThat(started(SqliteChild.holding(file)).readLine())
          .startsWith("LOCKED The database file " + file + " is in use by another process")
          .contains("process id " + ProcessHandle.current().pid() + ":")
          .contains("stop that one first");

      RawStore.of(database.store("s")).write(new Write("k", text("v"), WriteOptions.DEFAULT));
    }
    assertThat(started(SqliteChild.holding(file)).readLine()).isEqualTo("open");
  }

  @Test
  void open_fileOfAnotherProcess_isRefusedUntilThatIsKilled() throws Exception {
    Path file = folder.resolve("settings.db");
    Process child = SqliteChild.holding(file);
    assertThat(started(child).readLine()).isEqualTo("open");

    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> SqliteEntryDatabase.open(file))
          .isInstanceOfSatisfying(
              KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOCKED))
          .hasMessageContaining("process id " + child.pid() + ":");
    }
    SqliteChild.kill(child);
    SqliteEntryDatabase.open(file).close();
  }

  @Test
  void open_refusedHere_keepsTheLockAgainstOthers() throws Exception {
    Path file = folder.resolve("settings.db");
    try (SqliteEntryDatabase database = SqliteEntryDatabase.open(file)) {
      assertThatThrownBy(() -> SqliteEntryDatabase.open(file))
          .hasMessageContaining("already open in this process");
      database.ping();

      assertThat(started(SqliteChild.holding(file)).readLine()).startsWith("LOCKED");
    }
  }

  @Test
  void kill_whileWriting_losesNothingAcknowledged() throws Exception {
    Path file = folder.resolve("settings.db");
    List<String> acknowledged = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      Process child = SqliteChild.writing(file, round + "/");
      BufferedReader lines = started(child);
      int enough = acknowledged.size() + 200 + 150 * round;
      String line = lines.readLine();
      while (line != null) {
        if (line.endsWith(".")) {
          acknowledged.add(line.substring(0, line.length() - 1));
        }
        if (acknowledged.size() == enough) {
          // By its handle, which leaves open the pipe with what was acknowledged just before.
          assertThat(child.toHandle().destroyForcibly()).isTrue();
        }
        line = lines.readLine();
      }
      assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(enough);
    }

    try (SqliteEntryDatabase database = SqliteEntryDatabase.open(file)) {
      RawStore store = RawStore.of(database.store("s"));
      assertThat(store.readMany(acknowledged))
          .hasSize(acknowledged.size())
          .allMatch(entry -> Objects.equals(entry.value(), text(entry.key())));
      assertThat(integrityOf(database)).isEqualTo("ok");
    }
  }

  private BufferedReader started(Process child) {
    children.add(child);
    return child.inputReader();
  }

  private static String integrityOf(SqliteEntryDatabase database) {
    return database.writer.write(0, () -> {
      try (Statement statement = database.connection.createStatement();
          ResultSet row = statement.executeQuery("PRAGMA integrity_check")) {
        row.next();
        return row.getString(1);
      }
    });
  }
}
