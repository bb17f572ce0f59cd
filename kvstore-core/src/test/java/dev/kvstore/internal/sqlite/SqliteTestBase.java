package dev.kvstore.internal.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.ManualClock;
import dev.kvstore.testing.RawStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Databases in a temporary folder, which are closed after the test. */
abstract class SqliteTestBase {
  @TempDir
  Path folder;

  final ManualClock clock = new ManualClock();
  private final List<SqliteEntryDatabase> opened = new ArrayList<>();
  final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  final void closeAll() {
    threads.shutdownNow();
    opened.forEach(SqliteEntryDatabase::close);
  }

  final SqliteEntryDatabase open(Path file) {
    return open(file, SqliteConfig.DEFAULT);
  }

  final SqliteEntryDatabase open(Path file, SqliteConfig settings) {
    SqliteEntryDatabase database = SqliteEntryDatabase.open(file, settings);
    opened.add(database);
    return database;
  }

  final KVException refusal(Path file, ErrorCode code) {
    KVException refusal = catchThrowableOfType(KVException.class, () -> open(file));
    assertThat(refusal).isNotNull();
    assertThat(refusal.code()).isEqualTo(code);
    return refusal;
  }

  /** Keeps the writer in a transaction until the latch is counted down. */
  final CountDownLatch block(SqliteEntryDatabase database) throws InterruptedException {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(1);
    threads.execute(() -> database.writer.write(0, () -> {
      running.countDown();
      pass(gate);
      return true;
    }));
    running.await();
    return gate;
  }

  static void pass(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static Object set(SqliteEntryDatabase database, String key, RawValue value) {
    return RawStore.of(database.store("s")).write(new Write(key, value, WriteOptions.DEFAULT));
  }

  static List<String> keys(SqliteEntryDatabase database) {
    return RawStore.of(database.store("s")).scanKeys(KeyRange.ALL, 1000).items();
  }

  static void sql(Path file, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
