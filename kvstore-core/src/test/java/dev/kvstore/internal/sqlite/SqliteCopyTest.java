package dev.kvstore.internal.sqlite;

import static dev.kvstore.internal.sqlite.Values.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests copies of the database file without its log. */
class SqliteCopyTest extends SqliteTestBase {
  private static final Duration QUIET = Duration.ofMillis(50);

  private final Logger logger =
      (Logger) org.slf4j.LoggerFactory.getLogger("dev.kvstore.internal.sqlite");
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  @BeforeEach
  void listen() {
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(appender);
  }

  private List<String> warnings() {
    return appender.list.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private Path copy(Path file) throws IOException {
    return Files.copy(file, folder.resolve("copy.db"));
  }

  @Test
  void copy_afterAQuietMoment_hasEverything() throws IOException {
    Path file = folder.resolve("settings.db");
    SqliteEntryDatabase database = SqliteEntryDatabase.open(file, SqliteConfig.DEFAULT, QUIET);
    try (database) {
      set(database, "a", text("v"));
      await().untilAsserted(() -> assertThat(folder.resolve("settings.db-wal")).isEmptyFile());
      set(database, "b", text("v"));
      await().untilAsserted(() -> assertThat(folder.resolve("settings.db-wal")).isEmptyFile());

      assertThat(keys(open(copy(file)))).containsExactly("a", "b");
    }
    assertThat(warnings()).isEmpty();
  }

  @Test
  void copy_afterTheEnd_hasEverything() throws IOException {
    Path file = folder.resolve("settings.db");
    SqliteEntryDatabase database = open(file);
    set(database, "a", text("v"));
    database.close();

    assertThat(folder.resolve("settings.db-wal")).doesNotExist();
    assertThat(keys(open(copy(file)))).containsExactly("a");
  }

  @Test
  void quietMoment_whileAnotherProgramReads_keepsWritesGoing() throws Exception {
    Path file = folder.resolve("settings.db");
    SqliteEntryDatabase database = SqliteEntryDatabase.open(file, SqliteConfig.DEFAULT, QUIET);
    try (database) {
      set(database, "a", text("v"));
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
          Statement statement = other.createStatement()) {
        other.setAutoCommit(false);
        statement.executeQuery("SELECT count(*) FROM entries").close();
        set(database, "b", text("v"));
        long before = database.transactions.checkpoints.get();
        await().until(() -> database.transactions.checkpoints.get() > before + 1);
        set(database, "c", text("v"));
      }
      await().untilAsserted(() -> assertThat(folder.resolve("settings.db-wal")).isEmptyFile());
      assertThat(keys(open(copy(file)))).containsExactly("a", "b", "c");
    }
    assertThat(warnings()).isEmpty();
  }

  @Test
  void open_fileWithoutTables_isOneWarning() throws Exception {
    Path file = folder.resolve("copy.db");
    sql(file, "PRAGMA journal_mode = WAL");
    open(file).close();

    assertThat(warnings())
        .singleElement()
        .asString()
        .contains(file.toRealPath() + " has no tables", "without the log copy.db-wal", ".backup");
    open(file).close();
    assertThat(warnings()).hasSize(1);
  }

  @Test
  void open_emptyFile_isOneWarning() throws Exception {
    open(Files.createFile(folder.resolve("empty.db"))).close();

    assertThat(warnings()).singleElement().asString().contains("has no tables");
  }

  @Test
  void open_newFile_isNoWarning() {
    open(folder.resolve("new.db")).close();

    assertThat(warnings()).isEmpty();
  }
}
