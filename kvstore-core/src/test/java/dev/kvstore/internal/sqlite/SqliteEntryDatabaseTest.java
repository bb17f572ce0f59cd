package dev.kvstore.internal.sqlite;

import static dev.kvstore.internal.sqlite.Values.bytes;
import static dev.kvstore.internal.sqlite.Values.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.BatchOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.StoreSize;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import dev.kvstore.testing.StoreCounts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SqliteEntryDatabaseTest extends SqliteTestBase {
  @Test
  void sweep_removesExpiredRowsAndTheirValues() {
    SqliteEntryDatabase database = open(
        folder.resolve("settings.db"),
        SqliteConfig.DEFAULT.clock(clock).sweepInterval(Duration.ofMillis(20)));
    RawStore store = RawStore.of(database.store("s"));
    Map<String, RawValue> expiring = new TreeMap<>();
    for (int i = 0; i < 250; i++) {
      expiring.put("expiring" + i, text("v"));
    }
    store.writeMany(expiring, BatchOptions.DEFAULT.ttl(Duration.ofHours(1)));
    store.write(new Write("later", text("v"), WriteOptions.DEFAULT.ttl(Duration.ofHours(2))));
    set(database, "stays", text("v"));
    assertThat(rows(database, "entries")).isEqualTo(252);
    clock.advance(Duration.ofHours(1));

    await().untilAsserted(() -> assertThat(rows(database, "entries")).isEqualTo(2));
    assertThat(rows(database, "entry_values")).isEqualTo(2);
    assertThat(keys(database)).containsExactly("later", "stays");
  }

  @Test
  void sweep_removesWhatADroppedStoreHad() {
    SqliteEntryDatabase database = open(
        folder.resolve("settings.db"),
        SqliteConfig.DEFAULT.clock(clock).sweepInterval(Duration.ofMillis(20)));
    Map<String, RawValue> values = new TreeMap<>();
    for (int i = 0; i < 250; i++) {
      values.put("k" + i, text("v"));
    }
    RawStore.of(database.store("dropped")).writeMany(values, BatchOptions.DEFAULT);
    set(database, "stays", text("v"));
    database.drop("dropped");
    RawStore.of(database.store("dropped")).write(new Write("new", text("v"), WriteOptions.DEFAULT));

    await().untilAsserted(() -> assertThat(rows(database, "stores")).isEqualTo(2));
    assertThat(rows(database, "entries")).isEqualTo(2);
    assertThat(rows(database, "entry_values")).isEqualTo(2);
    assertThat(keys(database)).containsExactly("stays");
  }

  @Test
  void drop_isThereAfterReopening() {
    Path file = folder.resolve("settings.db");
    SqliteEntryDatabase first = open(file);
    set(first, "k", text("v"));
    first.drop("s");
    first.close();
    SqliteEntryDatabase second = open(file);

    assertThat(second.storeNames()).isEmpty();
    assertThat(keys(second)).isEmpty();
  }

  @Test
  void delete_removesTheValue() {
    SqliteEntryDatabase database = open(folder.resolve("settings.db"));
    set(database, "k", text("v"));
    set(database, "k", text("w"));
    assertThat(rows(database, "entry_values")).isEqualTo(1);
    RawStore.of(database.store("s")).delete("k", WriteOptions.DEFAULT);

    assertThat(rows(database, "entry_values")).isZero();
  }

  @Test
  void stores_withoutEntries_areListed() {
    SqliteEntryDatabase database = open(folder.resolve("settings.db"));
    set(database, "k", text("v"));
    RawStore.of(database.store("s")).delete("k", WriteOptions.DEFAULT);

    assertThat(StoreCounts.of(database)).isEqualTo(Map.of("s", 0L));
  }

  @Test
  void listings_areAnsweredByTheOneTree() throws SQLException {
    Path file = folder.resolve("settings.db");
    open(file).close();

    for (String sql : List.of(
        ReadConnection.KEYS.sql(),
        ReadConnection.METADATA.sql(),
        ReadConnection.ENTRIES.sql(),
        ReadConnection.READ)) {
      List<String> plan = plan(file, sql);
      assertThat(plan)
          .as(sql)
          .anyMatch(step -> step.startsWith("SEARCH e USING PRIMARY KEY (store_id=? AND key"))
          .noneMatch(step -> step.startsWith("SCAN") || step.contains("TEMP B-TREE"));
      assertThat(
              plan.stream().anyMatch(step -> step.startsWith("SEARCH v USING INTEGER PRIMARY KEY")))
          .isEqualTo(sql.contains("v.value"));
    }
  }

  @Test
  void read_noReaderFree_isUnavailable() throws Exception {
    SqliteEntryDatabase database = open(
        folder.resolve("settings.db"),
        SqliteConfig.DEFAULT.readers(1).timeout(Duration.ofMillis(250)));
    CountDownLatch gate = new CountDownLatch(1);
    Future<Boolean> reading = holdReader(database, gate);

    assertThatThrownBy(() -> RawStore.of(database.store("s")).read("k"))
        .isExactlyInstanceOf(UnavailableException.class)
        .hasMessageContaining("had no free reader within 250ms");
    gate.countDown();
    reading.get();
    assertThat(RawStore.of(database.store("s")).read("k")).isEmpty();
  }

  @Test
  void read_interrupted_isUnavailableAndStaysInterrupted() throws Exception {
    SqliteEntryDatabase database = open(folder.resolve("settings.db"));
    Future<Boolean> flag = threads.submit(() -> {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> RawStore.of(database.store("s")).read("k"))
          .isExactlyInstanceOf(UnavailableException.class);
      return Thread.interrupted();
    });

    assertThat(flag.get()).isTrue();
  }

  @Test
  void close_whileAReadRuns_waitsForIt() throws Exception {
    Path file = folder.resolve("settings.db");
    SqliteEntryDatabase database = open(file);
    CountDownLatch gate = new CountDownLatch(1);
    Future<Boolean> reading = holdReader(database, gate);
    Future<?> closing = threads.submit(database::close);
    await().until(() -> isClosed(database));
    assertThat(closing).isNotDone();
    gate.countDown();

    closing.get();
    assertThat(reading.get()).isTrue();
    open(file);
  }

  @Test
  void ping_fileDeleted_isUnavailable() throws IOException {
    Path file = folder.resolve("settings.db");
    SqliteEntryDatabase database = open(file);
    database.ping();
    Files.delete(file);

    assertThatThrownBy(database::ping)
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("has been deleted or moved");
  }

  @Test
  void close_again_doesNothingAndOtherCallsFail() {
    Path file = folder.resolve("settings.db");
    SqliteEntryDatabase database = open(file);
    RawStore store = RawStore.of(database.store("s"));
    database.close();
    database.close();

    for (Runnable call : List.<Runnable>of(
        database::ping,
        database::storeNames,
        () -> store.read("k"),
        () -> store.scanKeys(KeyRange.ALL, 1),
        () -> set(database, "k", text("v")),
        () -> store.delete("k", WriteOptions.DEFAULT))) {
      assertThatThrownBy(call::run)
          .isInstanceOfSatisfying(
              KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED))
          .hasMessage("The database file " + file + " has been closed");
    }
  }

  @Test
  void close_leavesTheFileAndTheLockFileAlone() throws IOException {
    SqliteEntryDatabase database = open(folder.resolve("settings.db"));
    set(database, "k", text("v"));
    RawStore.of(database.store("s")).read("k");
    database.close();

    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("settings.db", "settings.db.lock");
    }
    assertThat(Files.readString(folder.resolve("settings.db.lock"), StandardCharsets.US_ASCII))
        .isEqualTo(ProcessHandle.current().pid() + "\n");
  }

  @Test
  void close_whileOthersReadAndWrite_endsCleanly() throws Exception {
    Path file = folder.resolve("settings.db");
    SqliteEntryDatabase database = open(file);
    AtomicInteger acknowledged = new AtomicInteger();
    AtomicInteger reads = new AtomicInteger();
    List<Future<ErrorCode>> users = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int user = i;
      users.add(threads.submit(() -> untilRefused(() -> {
        if (user % 2 == 0) {
          set(database, "key" + acknowledged.get() + "-" + user, bytes(10_000));
          acknowledged.incrementAndGet();
        } else {
          RawStore.of(database.store("s")).scan(KeyRange.ALL, 1000);
          reads.incrementAndGet();
        }
      })));
    }
    await().until(() -> acknowledged.get() > 20 && reads.get() > 20);
    database.close();

    for (Future<ErrorCode> user : users) {
      assertThat(user.get()).isEqualTo(ErrorCode.CLOSED);
    }
    assertThat(StoreCounts.of(open(file))).isEqualTo(Map.of("s", (long) acknowledged.get()));
  }

  @Test
  void close_interrupted_closesAndStaysInterrupted() throws Exception {
    Path file = folder.resolve("settings.db");
    SqliteEntryDatabase database = open(file);
    Future<Boolean> flag = threads.submit(() -> {
      Thread.currentThread().interrupt();
      database.close();
      return Thread.interrupted();
    });

    assertThat(flag.get()).isTrue();
    open(file);
  }

  @Test
  void close_writerStuck_keepsTheFile() throws Exception {
    Path file = folder.resolve("settings.db");
    SqliteEntryDatabase database = open(file, SqliteConfig.DEFAULT.timeout(Duration.ofMillis(250)));
    CountDownLatch gate = block(database);
    database.close();

    refusal(file, ErrorCode.LOCKED);
    gate.countDown();
  }

  /** Occupies a reader until the gate is opened. */
  private Future<Boolean> holdReader(SqliteEntryDatabase database, CountDownLatch gate)
      throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    Future<Boolean> reading = threads.submit(() -> database.readers.read(reader -> {
      running.countDown();
      pass(gate);
      return reader.read("s", "none", 0).isEmpty();
    }));
    running.await();
    return reading;
  }

  private static boolean isClosed(SqliteEntryDatabase database) {
    try {
      set(database, "k", text("v"));
      return false;
    } catch (KVException e) {
      return e.code() == ErrorCode.CLOSED;
    }
  }

  private static ErrorCode untilRefused(Runnable call) {
    while (true) {
      try {
        call.run();
      } catch (KVException e) {
        return e.code();
      }
    }
  }

  private static int rows(SqliteEntryDatabase database, String table) {
    return database.writer.write(0, () -> {
      try (Statement statement = database.connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
        row.next();
        return row.getInt(1);
      }
    });
  }

  private static List<String> plan(Path file, String sql) throws SQLException {
    List<String> steps = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        PreparedStatement statement = connection.prepareStatement("EXPLAIN QUERY PLAN " + sql)) {
      for (int i = 1; i <= statement.getParameterMetaData().getParameterCount(); i++) {
        statement.setObject(i, 1);
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          steps.add(rows.getString("detail"));
        }
      }
    }
    return steps;
  }

  @Test
  void sizes_areThoseOfTheFirstStores_andStatisticsCountChanges() {
    SqliteEntryDatabase database = open(folder.resolve("settings.db"));
    long before = database.statistics().transactions();
    for (String store : List.of("b", "a", "c")) {
      RawStore.of(database.store(store)).write(new Write("k", bytes(1000), WriteOptions.DEFAULT));
    }
    RawStore.of(database.store("a")).write(new Write("k2", bytes(1000), WriteOptions.DEFAULT));
    database.drop("c");
    List<StoreSize> sizes = database.sizes(10);

    assertThat(sizes).extracting(StoreSize::name).containsExactly("a", "b");
    assertThat(sizes).extracting(StoreSize::entries).containsExactly(2L, 1L);
    assertThat(sizes.get(0).bytes()).isBetween(2000L, 2200L);
    assertThat(database.sizes(1)).extracting(StoreSize::name).containsExactly("a");
    assertThat(database.statistics().transactions() - before).isEqualTo(5);
    assertThat(database.statistics().fileBytes()).isPositive();
  }
}
