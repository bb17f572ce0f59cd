package dev.kvstore.internal.sqlite;

import static dev.kvstore.internal.sqlite.Values.bytes;
import static dev.kvstore.internal.sqlite.Values.int32;
import static dev.kvstore.internal.sqlite.Values.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.BatchOptions;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SqliteWriteTest extends SqliteTestBase {
  @Test
  void write_fromManyThreads_isGroupedAndKept() throws Exception {
    Path file = folder.resolve("settings.db");
    SqliteEntryDatabase database = open(file);
    CountDownLatch gate = block(database);
    List<Future<?>> writers = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      String key = "key" + i;
      writers.add(threads.submit(() -> set(database, key, text(key))));
    }
    await().until(() -> database.writer.queued() == 64);
    long before = database.transactions.commits.get();
    gate.countDown();
    for (Future<?> writer : writers) {
      writer.get();
    }
    assertThat(database.transactions.commits.get() - before).isEqualTo(2);
    database.close();

    assertThat(keys(open(file))).hasSize(64);
  }

  @Test
  void write_refusedInAGroup_leavesTheOthers() throws Exception {
    SqliteEntryDatabase database = open(folder.resolve("settings.db"));
    RawStore store = RawStore.of(database.store("s"));
    CountDownLatch gate = block(database);
    Future<?> first = threads.submit(() -> set(database, "a", text("v")));
    await().until(() -> database.writer.queued() == 1);
    Future<?> refused =
        threads.submit(() -> store.write(new Write("a", text("w"), WriteOptions.ifAbsent())));
    await().until(() -> database.writer.queued() == 2);
    Future<?> last = threads.submit(() -> set(database, "b", text("v")));
    await().until(() -> database.writer.queued() == 3);
    gate.countDown();

    first.get();
    last.get();
    assertThatThrownBy(refused::get).hasCauseInstanceOf(PreconditionFailedException.class);
    assertThat(keys(database)).containsExactly("a", "b");
    assertThat(store.read("a").orElseThrow().value()).isEqualTo(text("v"));
  }

  @Test
  void setDefault_racing_storesOne() throws Exception {
    SqliteEntryDatabase database = open(folder.resolve("settings.db"));
    CountDownLatch gate = block(database);
    List<Future<RawValue>> racers = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      Write write = new Write("k", int32(i), WriteOptions.DEFAULT);
      racers.add(threads.submit(
          () -> RawStore.of(database.store("s")).setDefault(write).entry().value()));
    }
    await().until(() -> database.writer.queued() == 32);
    gate.countDown();
    List<RawValue> values = new ArrayList<>();
    for (Future<RawValue> racer : racers) {
      values.add(racer.get());
    }

    assertThat(values)
        .containsOnly(RawStore.of(database.store("s")).read("k").orElseThrow().value());
  }

  @Test
  void increment_racing_losesNone() throws Exception {
    SqliteEntryDatabase database = open(folder.resolve("settings.db"));
    List<Future<?>> racers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      racers.add(threads.submit(() -> {
        for (int n = 0; n < 25; n++) {
          RawStore.of(database.store("s")).increment("n", 1, WriteOptions.DEFAULT);
        }
      }));
    }
    for (Future<?> racer : racers) {
      racer.get();
    }

    assertThat(RawStore.of(database.store("s")).read("n").orElseThrow().value())
        .isEqualTo(int32(400));
    assertThat(RawStore.of(database.store("s")).read("n").orElseThrow().version())
        .isEqualTo(400);
  }

  @Test
  void read_whileTheWriterIsInATransaction_seesWhatIsCommitted() throws Exception {
    SqliteEntryDatabase database = open(folder.resolve("settings.db"));
    set(database, "k", text("old"));
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    Future<?> write = threads.submit(() -> database.writer.write(0, () -> {
      Object result = database.table.write("s", new Write("k", text("new"), WriteOptions.DEFAULT));
      written.countDown();
      pass(gate);
      return result;
    }));
    written.await();

    assertThat(RawStore.of(database.store("s")).read("k").orElseThrow().value())
        .isEqualTo(text("old"));
    assertThat(RawStore.of(database.store("s")).scan(KeyRange.ALL, 10).items()).hasSize(1);
    gate.countDown();
    write.get();
    assertThat(RawStore.of(database.store("s")).read("k").orElseThrow().value())
        .isEqualTo(text("new"));
  }

  @Test
  void writeMany_fails_writesNothingOfIt() throws Exception {
    Path file = folder.resolve("settings.db");
    SqliteEntryDatabase database = open(file);
    set(database, "a", text("old"));
    execute(database, "PRAGMA max_page_count = 100");
    Map<String, RawValue> batch = new TreeMap<>();
    batch.put("a", text("new"));
    for (int i = 0; i < 10; i++) {
      batch.put("big" + i, bytes(100_000));
    }

    assertThatThrownBy(
            () -> RawStore.of(database.store("s")).writeMany(batch, BatchOptions.DEFAULT))
        .isExactlyInstanceOf(UnavailableException.class)
        .hasMessageContaining("the disk is full. Nothing was written");
    assertThat(keys(database)).containsExactly("a");
    assertThat(RawStore.of(database.store("s")).read("a").orElseThrow().value())
        .isEqualTo(text("old"));
    set(database, "b", text("small"));
    assertThat(keys(database)).containsExactly("a", "b");
  }

  @Test
  void write_diskFullInAGroup_leavesTheSmallOnes() throws Exception {
    SqliteEntryDatabase database = open(folder.resolve("settings.db"));
    execute(database, "PRAGMA max_page_count = 50");
    CountDownLatch gate = block(database);
    Future<?> first = threads.submit(() -> set(database, "a", text("v")));
    await().until(() -> database.writer.queued() == 1);
    Future<?> large = threads.submit(() -> set(database, "large", bytes(1024 * 1024)));
    await().until(() -> database.writer.queued() == 2);
    Future<?> last = threads.submit(() -> set(database, "b", text("v")));
    await().until(() -> database.writer.queued() == 3);
    gate.countDown();

    first.get();
    last.get();
    assertThatThrownBy(large::get).hasCauseExactlyInstanceOf(UnavailableException.class);
    assertThat(keys(database)).containsExactly("a", "b");
  }

  @Test
  void write_anotherProgramHoldsTheFile_isUnavailable() throws Exception {
    Path file = folder.resolve("settings.db");
    SqliteEntryDatabase database = open(file, SqliteConfig.DEFAULT.timeout(Duration.ofSeconds(2)));
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      assertThatThrownBy(() -> set(database, "k", text("v")))
          .isExactlyInstanceOf(UnavailableException.class);
      assertThat(keys(database)).isEmpty();
      statement.execute("ROLLBACK");
    }

    set(database, "k", text("v"));
  }

  @Test
  void write_logTooLarge_movesItIntoTheFile() throws Exception {
    Path file = folder.resolve("settings.db");
    Path log = folder.resolve("settings.db-wal");
    SqliteEntryDatabase database = open(file, SqliteConfig.DEFAULT.timeout(Duration.ofSeconds(2)));
    set(database, "k", text("v"));
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.executeQuery("SELECT count(*) FROM entries").close();
      tolerateLogBytes(database, 100_000);
      set(database, "k", bytes(100_000));
      set(database, "k2", bytes(100_000));
      assertThat(Files.size(log)).as("needed by the other program").isGreaterThan(200_000);
    }
    tolerateLogBytes(database, 100_000);

    await().untilAsserted(() -> assertThat(log).isEmptyFile());
    assertThat(keys(database)).containsExactly("k", "k2");
  }

  private static void execute(SqliteEntryDatabase database, String sql) {
    database.writer.write(0, () -> {
      try (Statement statement = database.connection.createStatement()) {
        return statement.execute(sql);
      }
    });
  }

  private static void tolerateLogBytes(SqliteEntryDatabase database, long bytes) {
    database.writer.write(0, () -> {
      database.transactions.toleratedLogBytes = bytes;
      return true;
    });
  }
}
