package dev.kvstore.internal.sqlite;

import static dev.kvstore.internal.sqlite.Values.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KVException;
import dev.kvstore.sqlite.SqliteKVStore;
import dev.kvstore.testing.OwnThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests that a failed open leaves no thread, no lock and no file open. */
class SqliteOpenFailureTest extends SqliteTestBase {
  private Path file;

  @BeforeEach
  void make() {
    file = folder.resolve("settings.db");
    SqliteEntryDatabase database = open(file);
    set(database, "k", text("v"));
    database.close();
  }

  private void assertOpenFails_andLeavesNothing() throws Exception {
    SqliteConfig settings = SqliteConfig.DEFAULT.timeout(Duration.ofMillis(50));
    OwnThreads.assertNoneLeft(() -> {
      assertThatThrownBy(() -> SqliteEntryDatabase.open(file, settings))
          .isInstanceOf(KVException.class);
      assertThatThrownBy(() -> SqliteKVStore.open(file, "s")).isInstanceOf(KVException.class);
    });
  }

  private void assertThatItOpens() throws Exception {
    assertThat(handles()).isEmpty();
    OwnThreads.assertNoneLeft(() -> {
      try (SqliteEntryDatabase database = SqliteEntryDatabase.open(file)) {
        set(database, "k", text("v"));
      }
    });
    assertThat(handles()).isEmpty();
  }

  /** Returns the open files of the database in this process, if the system provides that. */
  private List<Path> handles() throws IOException {
    Path all = Path.of("/proc/self/fd");
    if (!Files.isDirectory(all)) {
      return List.of();
    }
    try (Stream<Path> links = Files.list(all)) {
      return links
          .map(SqliteOpenFailureTest::target)
          .filter(target -> target.startsWith(folder))
          .toList();
    }
  }

  private static Path target(Path link) {
    try {
      return Files.readSymbolicLink(link);
    } catch (IOException e) {
      return link; // closed concurrently
    }
  }

  @Test
  void damagedFile_leavesNothing() throws Exception {
    byte[] good = Files.readAllBytes(file);
    byte[] damaged = good.clone();
    Arrays.fill(damaged, 100, damaged.length, (byte) 0xA5);
    Files.write(file, damaged);
    assertOpenFails_andLeavesNothing();

    Files.write(file, good);
    assertThatItOpens();
  }

  @Test
  void newerFormat_leavesNothing() throws Exception {
    sql(file, "PRAGMA user_version = 9");
    assertOpenFails_andLeavesNothing();

    sql(file, "PRAGMA user_version = 2");
    assertThatItOpens();
  }

  @Test
  void fileThatAnotherProgramHasLocked_leavesNothing() throws Exception {
    sql(file, "PRAGMA journal_mode = DELETE");
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN EXCLUSIVE");
      SqliteConfig settings = SqliteConfig.DEFAULT.timeout(Duration.ofMillis(50));
      OwnThreads.assertNoneLeft(
          () -> assertThatThrownBy(() -> SqliteEntryDatabase.open(file, settings))
              .isInstanceOf(KVException.class));
    }
    assertThatItOpens();
  }

  @Test
  void storeWithoutALegalName_leavesNothing() throws Exception {
    OwnThreads.assertNoneLeft(() ->
        assertThatThrownBy(() -> SqliteKVStore.open(file, "_")).isInstanceOf(KVException.class));
    assertThatItOpens();
  }

  @Test
  void fileInUse_staysWithItsOwner_whoCanGoOn() throws Exception {
    SqliteEntryDatabase owner = open(file);
    assertOpenFails_andLeavesNothing();
    set(owner, "k", text("w"));
    owner.close();

    assertThatItOpens();
  }
}
