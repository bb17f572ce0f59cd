package dev.kvstore.internal.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.kvstore.DropOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.HistorySettings;
import dev.kvstore.KVException;
import dev.kvstore.KVLabel;
import dev.kvstore.KVRevision;
import dev.kvstore.KVStore;
import dev.kvstore.KVType;
import dev.kvstore.ReadOptions;
import dev.kvstore.RevisionSelector;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.spi.RawValue;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the specifics of the history in a file. */
class SqliteHistoryTest extends SqliteTestBase {
  private static final Duration RETENTION = Duration.ofDays(90);

  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("settings.db");
  }

  private SqliteEntryDatabase open(HistorySettings history) {
    return open(
        file,
        SqliteConfig.DEFAULT.clock(clock).sweepInterval(Duration.ofMillis(10)).history(history));
  }

  private static KVStore typed(SqliteEntryDatabase database) {
    return typed(database, "s");
  }

  private static KVStore typed(SqliteEntryDatabase database, String store) {
    return TypedKVStore.over(database.store(store), BsonCodec.create());
  }

  private Instant tick() {
    clock.advance(Duration.ofSeconds(1));
    Instant now = clock.instant();
    clock.advance(Duration.ofSeconds(1));
    return now;
  }

  private static List<String> told(KVStore store, String key) {
    List<String> told = new ArrayList<>();
    for (KVRevision<Object> revision :
        store.history().revisions(key, Object.class).items()) {
      told.add(
          0,
          revision.operation().text()
              + revision.entry().map(entry -> " " + entry.value()).orElse(""));
    }
    return told;
  }

  private static long rows(SqliteEntryDatabase database, String table) {
    return database.writer.write(0, () -> {
      try (Statement statement = database.connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
        row.next();
        return row.getLong(1);
      }
    });
  }

  @Test
  void reopened_goesOn() {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    typed(database).set("k", 1);
    Instant then = tick();
    database.close();
    database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    store.set("k", 2);
    assertThat(told(store, "k")).containsExactly("set 1", "set 2");
    assertThat(store.get("k", Integer.class, ReadOptions.DEFAULT.at(then))).isEqualTo(1);
  }

  private static void execute(SqliteEntryDatabase database, String sql) {
    database.writer.write(0, () -> {
      try (Statement statement = database.connection.createStatement()) {
        return statement.execute(sql);
      }
    });
  }

  private static ErrorCode code(ThrowableAssert.ThrowingCallable call) {
    return Objects.requireNonNull(catchThrowableOfType(KVException.class, call)).code();
  }

  @Test
  void purged_isNotKnown_insteadOfEmpty() {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    store.set("a", 1);
    String position =
        store.history().changes(HistoryQuery.ALL, RawValue.TYPE).next().orElseThrow();
    Instant then = tick();
    store.set("a", 2);
    database.drop("s", DropOptions.DEFAULT.purgingHistory());
    tick();
    store.set("a", 3);
    assertThat(code(() -> store.keys("", ReadOptions.DEFAULT.at(then))))
        .isEqualTo(ErrorCode.HISTORY_GONE);
    assertThat(code(() -> store.history().changes(HistoryQuery.ALL.after(position), RawValue.TYPE)))
        .isEqualTo(ErrorCode.HISTORY_GONE);
    assertThat(told(store, "a")).containsExactly("set 3");
  }

  @Test
  void changes_afterAPositionOfALostCopy_areRefused() {
    KVStore store = typed(open(HistorySettings.DEFAULT));
    store.set("a", 1);
    assertThat(code(() -> store.history().changes(HistoryQuery.ALL.after("1000"), RawValue.TYPE)))
        .isEqualTo(ErrorCode.HISTORY_GONE);
  }

  @Test
  void configure_failed_changesNothing() {
    SqliteEntryDatabase database = open(HistorySettings.OFF);
    KVStore store = typed(database);
    store.set("k", 1);
    execute(
        database,
        "CREATE TRIGGER full BEFORE INSERT ON history BEGIN SELECT RAISE(ABORT, 'full'); END");
    assertThatThrownBy(() -> store.history().configure(HistorySettings.DEFAULT))
        .isInstanceOf(KVException.class);
    store.set("k", 2); // which a history could not record
    assertThat(store.history().settings()).isEqualTo(HistorySettings.OFF);
    execute(database, "DROP TRIGGER full");
    store.history().configure(HistorySettings.DEFAULT);
    assertThat(told(store, "k")).containsExactly("set 2");
  }

  @Test
  void turnedOnOverEntries_beginsWithThem() {
    SqliteEntryDatabase database = open(HistorySettings.OFF);
    typed(database).set("k", 1, WriteOptions.DEFAULT.author("ann"));
    Instant then = tick();
    database.close();
    database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    Instant now = tick();
    store.set("k", 2);
    assertThat(told(store, "k")).containsExactly("set 1", "set 2");
    assertThat(store.get("k", Integer.class, ReadOptions.DEFAULT.at(now))).isEqualTo(1);
    assertThatThrownBy(() -> store.get("k", Integer.class, ReadOptions.DEFAULT.at(then)))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HISTORY_GONE));
  }

  /** An older version writes like this, and one with the history turned off. */
  @Test
  void writtenWithoutHistory_isRecordedWhenItIsSeen() {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    store.setMany(Map.of("changed", 1, "deleted", 1, "same", 1, "again", 1));
    database.close();
    tick();
    database = open(HistorySettings.OFF);
    typed(database).set("changed", 2, WriteOptions.DEFAULT.author("bob"));
    typed(database).delete("deleted");
    typed(database).set("new", 1);
    typed(database).delete("again");
    typed(database).set("again", 2);
    Instant between = tick();
    database.close();
    database = open(HistorySettings.DEFAULT);
    KVStore seen = typed(database);

    assertThat(told(seen, "changed")).last().isEqualTo("set 2");
    assertThat(seen.history().revisions("changed", Integer.class).items().get(0).author())
        .contains("bob");
    assertThat(told(seen, "deleted")).last().isEqualTo("delete");
    assertThat(told(seen, "same")).containsExactly("set 1");
    assertThat(told(seen, "new")).containsExactly("set 1");
    assertThat(told(seen, "again")).last().isEqualTo("set 2");
    assertThatThrownBy(() -> seen.keys("", ReadOptions.DEFAULT.at(between)))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HISTORY_GONE));
    Instant now = tick();
    assertThat(seen.keys("", ReadOptions.DEFAULT.at(now)))
        .containsExactly("again", "changed", "new", "same");
  }

  @Test
  void offAndOnAgain_whileAnotherStoreHasItsOwnSettings_isCaughtUp() {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    typed(database).set("k", 1);
    typed(database, "own").history().configure(HistorySettings.DEFAULT.revisions(5));
    database.close();
    tick();
    database = open(HistorySettings.OFF);
    typed(database).set("k", 2);
    typed(database, "new").set("k", 1);
    Instant off = tick();
    database.close();
    database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    store.set("k", 3);
    typed(database, "new").set("k", 2);

    assertThat(told(store, "k")).containsExactly("set", "set 2", "set 3");
    assertThat(told(typed(database, "new"), "k")).containsExactly("set 1", "set 2");
    assertThatThrownBy(() -> store.keys("", ReadOptions.DEFAULT.at(off)))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HISTORY_GONE));
  }

  @Test
  void offAndOnAgain_withoutAWrite_keepsTheHistory() {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    typed(database).set("k", 1);
    typed(database, "own").history().configure(HistorySettings.DEFAULT.revisions(5));
    Instant then = tick();
    database.close();
    database = open(HistorySettings.OFF);
    assertThat(typed(database).get("k", Integer.class)).isEqualTo(1);
    typed(database, "own").set("k", 1);
    database.close();
    KVStore store = typed(open(HistorySettings.DEFAULT));
    store.set("k", 2);
    assertThat(store.get("k", Integer.class, ReadOptions.DEFAULT.at(then))).isEqualTo(1);
  }

  /** Their files do not store whether a store was recorded. */
  @Test
  void fileOfAnEarlierVersion_keepsItsHistory_andIsCaughtUp() throws Exception {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    typed(database).set("k", 1);
    typed(database, "unrecorded").set("k", 1);
    Instant then = tick();
    database.close();
    sql(file, "UPDATE entries SET etag = 'other' WHERE store_id = 2");
    sql(file, "ALTER TABLE history_stores DROP COLUMN recorded");
    database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    store.set("k", 2);
    KVStore unrecorded = typed(database, "unrecorded");
    unrecorded.set("k", 2);

    assertThat(told(store, "k")).containsExactly("set 1", "set 2");
    assertThat(store.get("k", Integer.class, ReadOptions.DEFAULT.at(then))).isEqualTo(1);
    assertThat(told(unrecorded, "k")).containsExactly("set", "set 1", "set 2");
  }

  @Test
  void drop_recordsEachKey_andTheHistoryGoesOn() {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    store.set("a", 1);
    store.set("a", 2);
    store.set("b", 1, WriteOptions.DEFAULT.ttl(Duration.ofSeconds(1)));
    store.set("c", 1);
    Instant then = clock.instant();
    tick();
    assertThat(database.drop("s", DropOptions.DEFAULT.author("ann").comment("old")))
        .isTrue();
    assertThat(store.keys()).isEmpty();
    store.set("a", 3);

    assertThat(told(store, "a")).containsExactly("set 1", "set 2", "drop", "set 3");
    assertThat(told(store, "b")).containsExactly("set 1", "expire");
    KVRevision<Integer> drop =
        store.history().revisions("c", Integer.class).items().get(0);
    assertThat(drop.author()).contains("ann");
    assertThat(drop.comment()).contains("old");
    assertThat(store.getAll("", Integer.class, ReadOptions.DEFAULT.at(then)))
        .isEqualTo(Map.of("a", 2, "b", 1, "c", 1));
    store.history().rollback("c", RevisionSelector.version(1), WriteOptions.DEFAULT);
    assertThat(store.get("c", Integer.class)).isEqualTo(1);
  }

  @Test
  void drop_purging_leavesNothing() {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    store.set("a", 1);
    store.set("a", 2);
    store.history().setLabel(new KVLabel("l", clock.instant(), Optional.empty(), Optional.empty()));
    assertThat(database.drop("s", DropOptions.DEFAULT.purgingHistory())).isTrue();
    assertThat(store.history().revisions(HistoryQuery.ALL).items()).isEmpty();
    assertThat(store.history().labels()).isEmpty();
    assertThat(rows(database, "history")).isZero();
    assertThat(rows(database, "entry_values")).isZero();
    assertThat(database.drop("s", DropOptions.DEFAULT.purgingHistory())).isFalse();
  }

  @Test
  void retention_removesWhatWasReplacedLongAgo_andNothingElse() {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    for (int i = 0; i < 250; i++) {
      store.set("k" + i % 5, i);
    }
    store.delete("k4");
    KVType<Integer> type = KVType.of(Integer.class);
    String position =
        store.history().changes(HistoryQuery.ALL.limit(10), type).next().orElseThrow();
    clock.advance(RETENTION.minus(Duration.ofMinutes(1)));
    Instant later = tick();
    store.set("k3", -1);
    assertThat(rows(database, "history")).isEqualTo(252);
    clock.advance(Duration.ofMinutes(2));

    await().untilAsserted(() -> assertThat(rows(database, "history")).isEqualTo(5));
    assertThat(told(store, "k0")).as("the present one, however old").containsExactly("set 245");
    assertThat(told(store, "k3")).containsExactly("set 248", "set -1");
    assertThat(told(store, "k4")).isEmpty();
    assertThat(rows(database, "entry_values")).isEqualTo(5);
    assertThat(store.keys("", ReadOptions.DEFAULT.at(later)))
        .containsExactly("k0", "k1", "k2", "k3");
    assertThatThrownBy(() -> store.keys(
            "", ReadOptions.DEFAULT.at(clock.instant().minus(RETENTION.multipliedBy(2)))))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HISTORY_GONE));
    assertThatThrownBy(() -> store.history().changes(HistoryQuery.ALL.after(position), type))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HISTORY_GONE));
  }

  @Test
  void changes_revisionsRemovedBeforeThePageIsRead_areNotSkippedSilently() throws Exception {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    store.set("k", 1);
    String position = store
        .history()
        .changes(HistoryQuery.ALL, KVType.of(Integer.class))
        .next()
        .orElseThrow();
    store.set("k", 2);
    store.set("k", 3);
    store.history().configure(HistorySettings.DEFAULT.revisions(1));
    try (Connection connection = new Connections(file, Duration.ofSeconds(5)).reader()) {
      Connection trimming = (Connection) Proxy.newProxyInstance(
          Connection.class.getClassLoader(),
          new Class<?>[] {Connection.class},
          (proxy, method, arguments) -> {
            if (arguments != null && arguments[0].toString().contains("ORDER BY h.seq")) {
              store.set("k", 4);
            }
            return method.invoke(connection, arguments);
          });
      RevisionRows rows = new RevisionRows(new Statements(trimming));
      assertThatThrownBy(() -> rows.revisions("s", HistoryQuery.ALL.after(position), false))
          .isInstanceOfSatisfying(
              KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HISTORY_GONE));
    }
  }

  @Test
  void changes_allRevisionsRemoved_goOn() {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    store.set("k", 1);
    store.delete("k");
    clock.advance(RETENTION.plusDays(1));
    await().untilAsserted(() -> assertThat(rows(database, "history")).isZero());
    KVType<Integer> type = KVType.of(Integer.class);
    String position = store.history().changes(HistoryQuery.ALL, type).next().orElseThrow();
    store.set("k", 2);
    assertThat(store.history().changes(HistoryQuery.ALL.after(position), type).items())
        .hasSize(1);
  }

  @Test
  void off_removesWhatWasRecordedLongAgo() {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    typed(database).set("k", 1);
    typed(database).set("k", 2);
    database.close();
    SqliteEntryDatabase off = open(HistorySettings.OFF);
    tick();
    clock.advance(RETENTION.minusMinutes(1));
    assertThat(off.writer.write(0, off.history::sweep)).isFalse();
    assertThat(rows(off, "history")).isEqualTo(2);
    clock.advance(Duration.ofMinutes(2));
    await().untilAsserted(() -> assertThat(rows(off, "history")).isEqualTo(1));
    assertThat(typed(off).get("k", Integer.class)).isEqualTo(2);
  }

  @Test
  void expired_sweptWithoutAnybodyWriting_isRecorded() {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    Instant expiry = store
        .set("k", 1, WriteOptions.DEFAULT.ttl(Duration.ofSeconds(5)))
        .expiresAt()
        .orElseThrow();
    clock.advance(Duration.ofSeconds(10));
    await().untilAsserted(() -> assertThat(told(store, "k")).containsExactly("set 1", "expire"));
    assertThat(store.history().revisions("k", Integer.class).items().get(0).at())
        .isEqualTo(expiry);
    assertThat(rows(database, "entries")).isZero();
  }

  @Test
  void clockSetBack_timesNeverGoBack() {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    store.set("k", 1);
    clock.advance(Duration.ofHours(-1));
    store.set("k", 2);
    store.delete("k");
    store.set("k", 3);
    assertTimesNeverGoBack(store);
  }

  private static void assertTimesNeverGoBack(KVStore store) {
    assertThat(store.history().revisions(HistoryQuery.key("k")).items())
        .extracting(KVRevision::at)
        .isSortedAccordingTo((a, b) -> b.compareTo(a));
  }

  @Test
  void clockSetBack_expiryIsNotBeforeTheWrite() {
    SqliteEntryDatabase database = open(HistorySettings.DEFAULT);
    KVStore store = typed(database);
    store.set("k", 1);
    clock.advance(Duration.ofHours(-1));
    store.set("k", 2, WriteOptions.DEFAULT.ttl(Duration.ofSeconds(1)));
    clock.advance(Duration.ofMinutes(1));
    store.set("k", 3, WriteOptions.DEFAULT.ttl(Duration.ofSeconds(1)));
    clock.advance(Duration.ofMinutes(1));
    assertThat(database.drop("s", DropOptions.DEFAULT)).isTrue();

    assertThat(told(store, "k")).containsExactly("set 1", "set 2", "expire", "set 3", "expire");
    assertTimesNeverGoBack(store);
  }

  @Test
  void off_nothingIsRecorded() {
    SqliteEntryDatabase database = open(HistorySettings.OFF);
    KVStore store = typed(database);
    store.set("k", 1);
    store.set("k", 2);
    store.delete("k");
    assertThat(rows(database, "history")).isZero();
    assertThat(rows(database, "entry_values")).isZero();
  }
}
