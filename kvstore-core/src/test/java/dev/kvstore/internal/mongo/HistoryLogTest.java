package dev.kvstore.internal.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoNamespace;
import com.mongodb.MongoSocketException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.UpdateOptions;
import dev.kvstore.HistorySettings;
import dev.kvstore.KVException;
import dev.kvstore.KVOperation;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.mongo.history.RecordedUpdate;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.Cause;
import dev.kvstore.testing.ManualClock;
import dev.kvstore.testing.MongoTestServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Tests how several processes move revisions from the documents to the history, even if one of them
 * fails.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HistoryLogTest {
  private static final MongoErrors ERRORS = new MongoErrors("test", Duration.ofMinutes(1));

  private MongoTestServer server;
  private MongoDatabase database;
  private ManualClock clock = new ManualClock();

  @BeforeAll
  void startServer() {
    server = MongoTestServer.start();
  }

  @AfterAll
  void stopServer() {
    server.close();
  }

  @BeforeEach
  void empty() {
    database = StoreAccess.durable(server.client().getDatabase(server.database()));
    database.drop();
    clock = new ManualClock();
    HistoryLog log = log(database);
    log.prepare(deadline());
  }

  private static Deadline deadline() {
    return Deadline.after(Duration.ofMinutes(1));
  }

  private HistoryLog log(MongoDatabase by) {
    HistoryConfig config = new HistoryConfig(by, "s", Optional.of(HistorySettings.DEFAULT), ERRORS);
    HistoryLog log = new HistoryLog(by, "s", config, ERRORS, clock);
    config.read(deadline());
    return log;
  }

  private MongoCollection<BsonDocument> entries() {
    return database.getCollection("s", BsonDocument.class);
  }

  private void update(String key, BsonArray pipeline) {
    List<BsonDocument> stages = pipeline.stream().map(BsonValue::asDocument).toList();
    entries().updateOne(EntryFilter.key(key), stages, new UpdateOptions().upsert(true));
    clock.advance(Duration.ofMillis(10));
  }

  private RecordedUpdate by(String author, KVOperation operation) {
    return new RecordedUpdate(
        new ObjectId(), new Cause(author, null, null, null), operation, clock.instant(), true);
  }

  private void set(String key, int value) {
    update(key, by("ann", KVOperation.SET).put(new BsonInt32(value), null, false));
  }

  private void setForASecond(String key, int value) {
    update(
        key,
        by("ann", KVOperation.SET)
            .put(new BsonInt32(value), clock.instant().plusSeconds(1), false));
  }

  private void delete(String key) {
    update(key, by("bob", KVOperation.DELETE).delete());
  }

  private List<String> told(String key) {
    List<String> told = new ArrayList<>();
    for (BsonDocument revision : revisions()) {
      if (revision.getString("key").getValue().equals(key)) {
        BsonDocument entry = revision.getDocument("entry", new BsonDocument());
        told.add(revision.getString("operation").getValue()
            + (revision.containsKey("by") ? " by " + revision.getString("by").getValue() : "")
            + (entry.isEmpty()
                ? ""
                : " v" + entry.getInt64("version").getValue() + " "
                    + entry.getNumber("value").intValue()));
      }
    }
    return told;
  }

  /** Returns all revisions by place, and checks that there are no gaps. */
  private List<BsonDocument> revisions() {
    List<BsonDocument> revisions = new ArrayList<>();
    for (BsonDocument revision : database
        .getCollection("s.history", BsonDocument.class)
        .find()
        .sort(BsonDocument.parse("{_id: 1}"))) {
      assertThat(revision.getInt64("_id").getValue()).isEqualTo(revisions.size() + 1);
      revisions.add(revision);
    }
    return revisions;
  }

  private void assertSettled() {
    for (BsonDocument document : entries().find()) {
      assertThat(document).containsKey("recorded");
      assertThat(document.getDocument("history")).doesNotContainKeys("pending", "unrecorded");
    }
  }

  private void someWrites() {
    set("a", 1);
    set("a", 2);
    delete("a");
    set("a", 3);
    setForASecond("b", 1);
    clock.advance(Duration.ofSeconds(2));
    set("b", 2);
    set("c", 1);
    delete("c");
  }

  private void assertAllIsTold() {
    assertThat(told("a"))
        .containsExactly("set by ann v1 1", "set by ann v2 2", "delete by bob", "set by ann v1 3");
    assertThat(told("b")).containsExactly("set by ann v1 1", "expire", "set by ann v1 2");
    assertThat(told("c")).containsExactly("set by ann v1 1", "delete by bob");
    assertSettled();
  }

  @Test
  void moveAll_recordsEachStateOnce() {
    someWrites();
    log(database).moveAll(deadline());
    assertAllIsTold();
    log(database).moveAll(deadline());
    assertAllIsTold();
    assertThat(revisions())
        .extracting(revision -> revision.getDateTime("at").getValue())
        .as("in the order in which it happened, except for the expiry")
        .hasSize(9);
    set("a", 4);
    log(database).moveAll(deadline());
    assertThat(told("a")).hasSize(5).endsWith("set by ann v2 4");
  }

  @Test
  void moveAll_processGoesDownAnywhere_anotherGoesOn() {
    for (boolean before : List.of(true, false)) {
      for (int writes = 0; ; writes++) {
        empty();
        someWrites();
        log(database).moveAll(deadline());
        set("a", 4);
        set("a", 5);
        set("c", 2);
        FailingCommands failing = FailingCommands.down(database, writes, before);
        try {
          log(failing.database()).moveAll(deadline());
        } catch (MongoSocketException | KVException e) {
          // expected
        }
        set("a", 6);
        log(database).moveAll(deadline());
        assertThat(told("a"))
            .as("%s writes, before: %s", writes, before)
            .hasSize(7)
            .endsWith("set by ann v2 4", "set by ann v3 5", "set by ann v4 6");
        assertThat(told("c"))
            .containsExactly("set by ann v1 1", "delete by bob", "set by ann v1 2");
        assertSettled();
        if (!failing.failed()) {
          assertThat(writes).isGreaterThan(2);
          break;
        }
      }
    }
  }

  @Test
  void moveAll_byManyAtOnce_recordsEachStateOnce() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> movers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        HistoryLog log = log(database);
        movers.add(executor.submit(() -> {
          for (int round = 0; round < 30; round++) {
            log.moveAll(deadline());
          }
        }));
      }
      for (int i = 1; i <= 60; i++) {
        set("k" + i % 3, i);
      }
      for (Future<?> mover : movers) {
        mover.get();
      }
    } finally {
      executor.shutdownNow();
    }
    log(database).moveAll(deadline());
    assertThat(revisions()).hasSize(60);
    for (int k = 0; k < 3; k++) {
      List<String> told = told("k" + k);
      assertThat(told).hasSize(20);
      for (int i = 0; i < 20; i++) {
        assertThat(told.get(i)).startsWith("set by ann v" + (i + 1) + " ");
      }
    }
    assertSettled();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void moveAll_whileAnotherThreadWaitsForTheServer_endsAtItsDeadline() throws Exception {
    set("a", 1);
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    FailingCommands slow = FailingCommands.beforeFirst(database, "insertMany", () -> {
      reached.countDown();
      await(answered);
    });
    HistoryLog log = log(slow.database());
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      Future<?> first = executor.submit(() -> log.moveAll(deadline()));
      reached.await();
      Future<?> other = executor.submit(() -> log.moveAll(Deadline.after(Duration.ofMillis(50))));
      assertThatThrownBy(() -> other.get(5, TimeUnit.SECONDS))
          .hasCauseInstanceOf(UnavailableException.class);
      answered.countDown();
      first.get();
    } finally {
      answered.countDown();
      executor.shutdownNow();
    }
    assertThat(told("a")).containsExactly("set by ann v1 1");
  }

  @Test
  void editsByHand_areRecordedWithoutAnAuthor() {
    set("a", 1);
    log(database).moveAll(deadline());
    entries().updateOne(EntryFilter.key("a"), BsonDocument.parse("{$set: {value: 7}}"));
    set("a", 2);
    log(database).moveAll(deadline());
    assertThat(told("a")).containsExactly("set by ann v1 1", "set v1 7", "set by ann v2 2");

    entries().updateOne(EntryFilter.key("a"), BsonDocument.parse("{$set: {value: 8}}"));
    log(database).move("a", deadline());
    log(database).move("a", deadline());
    entries().updateOne(EntryFilter.key("a"), BsonDocument.parse("{$set: {value: 2}}"));
    log(database).move("a", deadline());
    assertThat(told("a")).hasSize(5).endsWith("set v2 8", "set v2 2");
    set("a", 3);
    log(database).moveAll(deadline());
    assertThat(told("a")).hasSize(6).endsWith("set by ann v3 3");
    assertSettled();
  }

  @Test
  void removalsByHand_areRecordedWithoutAnAuthor() {
    set("a", 1);
    set("b", 1);
    log(database).moveAll(deadline());
    entries().deleteMany(new BsonDocument());
    log(database).move("a", deadline());
    log(database).move("a", deadline());
    assertThat(told("a")).containsExactly("set by ann v1 1", "delete");
    set("a", 2);
    set("b", 2);
    log(database).moveAll(deadline());
    assertThat(told("a")).containsExactly("set by ann v1 1", "delete", "set by ann v1 2");
    assertThat(told("b")).containsExactly("set by ann v1 1", "delete", "set by ann v1 2");
  }

  @Test
  void writesWithoutTheHistory_areRecordedByTheirAuthors() {
    set("a", 1);
    log(database).moveAll(deadline());
    entries()
        .updateOne(
            EntryFilter.key("a"),
            BsonDocument.parse("{$set: {value: 2, updatedBy: 'old', etag: {$oid:"
                + " '6b015f46cca5514096e3694d'}}, $inc: {version: 1}}"));
    entries()
        .insertOne(BsonDocument.parse("{_id: 'b', value: 1, version: {$numberLong: '1'}, etag:"
            + " {$oid: '6b015f46cca5514096e3694e'}, updatedBy: 'old'}"));
    set("a", 3);
    set("b", 2);
    log(database).moveAll(deadline());
    assertThat(told("a")).containsExactly("set by ann v1 1", "set by old v2 2", "set by ann v3 3");
    assertThat(told("b")).containsExactly("set by old v1 1", "set by ann v2 2");
  }

  @Test
  void clockOfAWriterIsBehind_orderStays() {
    set("a", 1);
    delete("a");
    log(database).moveAll(deadline());
    entries().deleteMany(new BsonDocument());
    clock = new ManualClock(); // far behind that of the other process
    clock.advance(Duration.ofHours(-1));
    set("a", 2);
    set("a", 3);
    log(database).moveAll(deadline());
    assertThat(told("a"))
        .containsExactly("set by ann v1 1", "delete by bob", "set by ann v1 2", "set by ann v2 3");
    assertThat(revisions())
        .extracting(revision -> revision.getDateTime("at").getValue())
        .isSorted();
    assertThat(revisions())
        .extracting(revision -> revision.getInt64("revision").getValue())
        .isSorted()
        .doesNotHaveDuplicates();
  }

  @Test
  void expired_isRecordedBeforeItIsRemoved() {
    setForASecond("a", 1);
    set("b", 1);
    delete("b");
    HistoryLog log = log(database);
    log.moveAll(deadline());
    clock.advance(Duration.ofSeconds(30));
    assertThat(log.expire(deadline())).as("clocks may differ").isZero();
    clock.advance(Duration.ofMinutes(1));
    assertThat(log.expire(deadline())).isEqualTo(1);
    assertThat(log.expire(deadline())).isZero();
    assertThat(told("a")).containsExactly("set by ann v1 1");
    clock.advance(Duration.ofMinutes(2));
    log.expire(deadline());
    assertThat(entries().find(EntryFilter.key("a")).first())
        .as("not recorded yet")
        .isNotNull();
    log.moveAll(deadline());
    log.expire(deadline());
    assertThat(entries().countDocuments()).isZero();
    assertThat(told("a")).containsExactly("set by ann v1 1", "expire");
    assertThat(told("b")).containsExactly("set by ann v1 1", "delete by bob");
    BsonDocument set = revisions().get(0);
    BsonDocument expire = revisions().get(revisions().size() - 1);
    assertThat(expire.get("at")).isEqualTo(set.get("expiresAt"));
  }

  @Test
  void present_whenTheHistoryBegins_isRecorded() {
    database.drop();
    for (int i = 0; i < 450; i++) {
      entries()
          .insertOne(new BsonDocument("_id", new BsonString("k%03d".formatted(i)))
              .append("value", new BsonInt32(i)));
    }
    entries().insertOne(new BsonDocument("_id", new BsonInt32(1)));
    HistoryLog log = log(database);
    log.prepare(deadline());
    log.moveAll(deadline());
    assertThat(log.config().read(deadline()).isComplete()).isFalse();
    assertThat(log.config().state().since()).isEqualTo(clock.instant());
    assertThat(revisions()).hasSize(450);
    assertThat(entries().countDocuments(BsonDocument.parse("{recorded: {$exists: true}}")))
        .isEqualTo(450);
  }

  /** Turns the history off, changes entries without it, and turns it on again. */
  private void changeWithoutHistory() {
    for (String key : List.of("a", "b", "c", "d")) {
      set(key, 1);
    }
    log(database).moveAll(deadline());
    log(database).configure(true, HistorySettings.OFF, deadline());
    entries()
        .updateOne(
            EntryFilter.key("b"),
            BsonDocument.parse("{$set: {value: 2, updatedBy: 'old', etag: {$oid:"
                + " '6b015f46cca5514096e3694d'}}, $inc: {version: 1}}"));
    entries().deleteOne(EntryFilter.key("c"));
    entries().updateOne(EntryFilter.key("d"), BsonDocument.parse("{$set: {value: 3}}")); // by hand
    entries().insertOne(BsonDocument.parse("{_id: 'e', value: 1, version: {$numberLong: '1'}}"));
    clock.advance(Duration.ofMinutes(1));
    log(database).configure(true, HistorySettings.DEFAULT, deadline());
  }

  private void assertChangesAreRecorded() {
    assertThat(told("a")).containsExactly("set by ann v1 1");
    assertThat(told("b")).containsExactly("set by ann v1 1", "set by old v2 2");
    assertThat(told("c")).containsExactly("set by ann v1 1", "delete");
    assertThat(told("d")).containsExactly("set by ann v1 1", "set v1 3");
    assertThat(told("e")).containsExactly("set v1 1");
    assertSettled();
  }

  @Test
  void changedWhileTheHistoryWasOff_isRecordedWhenItIsOnAgain() {
    changeWithoutHistory();
    Instant begun = clock.instant();
    clock.advance(Duration.ofSeconds(3));
    log(database).moveAll(deadline());
    assertChangesAreRecorded();
    assertThat(revisions().stream()
            .filter(revision -> !revision.containsKey("by"))
            .filter(revision -> !revision.getString("key").getValue().equals("e"))
            .map(revision -> Instant.ofEpochMilli(revision.getDateTime("at").getValue())))
        .as("a read at the beginning sees what was changed before")
        .containsOnly(begun);
  }

  @Test
  void changedWhileTheHistoryWasOff_processGoesDown_anotherGoesOn() {
    for (int writes = 0; ; writes++) {
      empty();
      changeWithoutHistory();
      FailingCommands failing = FailingCommands.down(database, writes, true);
      try {
        log(failing.database()).moveAll(deadline());
      } catch (MongoSocketException | KVException e) {
        // expected
      }
      log(database).moveAll(deadline());
      assertChangesAreRecorded();
      if (!failing.failed()) {
        assertThat(writes).isGreaterThan(3);
        break;
      }
    }
  }

  @Test
  void writtenByAProcessThatStillTakesTheHistoryForOff_isRecorded() {
    set("a", 1);
    set("b", 1);
    HistoryLog log = log(database);
    log.moveAll(deadline());
    entries().insertOne(BsonDocument.parse("{_id: 'c', value: 1, version: {$numberLong: '1'}}"));
    log.moveAll(deadline());
    assertThat(told("c")).containsExactly("set v1 1");
    entries()
        .updateOne(
            EntryFilter.key("a"),
            BsonDocument.parse("{$set: {value: 2, updatedBy: 'old', etag: {$oid:"
                + " '6b015f46cca5514096e3694d'}}, $inc: {version: 1}}"));
    entries().deleteOne(EntryFilter.key("b"));
    entries().insertOne(BsonDocument.parse("{_id: 'd', value: 1, version: {$numberLong: '1'}}"));
    clock.advance(Duration.ofSeconds(64));
    log(database).moveAll(deadline());
    assertThat(log.config().read(deadline()).isComplete()).isFalse();
    entries().insertOne(BsonDocument.parse("{_id: 'e', value: 1, version: {$numberLong: '1'}}"));
    clock.advance(Duration.ofSeconds(2)); // longer than settings and a write are good for
    log.moveAll(deadline());
    assertThat(log.config().read(deadline()).isComplete()).isTrue();
    assertThat(told("a")).containsExactly("set by ann v1 1", "set by old v2 2");
    assertThat(told("b")).containsExactly("set by ann v1 1", "delete");
    assertThat(told("d")).containsExactly("set v1 1");
    assertThat(told("e")).containsExactly("set v1 1");
    assertSettled();
  }

  @Test
  void turnedOffAndOnAtOnce_isComparedAgain() {
    set("a", 1);
    HistoryLog log = log(database);
    Instant then = clock.instant();
    log.configure(true, HistorySettings.OFF, deadline());
    log.configure(true, HistorySettings.DEFAULT, deadline());
    log.moveAll(deadline());
    log.configure(true, HistorySettings.OFF, deadline());
    entries().deleteOne(EntryFilter.key("a"));
    log.configure(true, HistorySettings.DEFAULT, deadline());
    log.moveAll(deadline());
    assertThat(clock.instant()).isEqualTo(then);
    assertThat(told("a")).containsExactly("set by ann v1 1", "delete");
  }

  @Test
  void retain_removesWhatWasReplacedLongAgo_neverWhatIsLive() {
    HistoryLog log = log(database);
    log.configure(true, HistorySettings.DEFAULT.retention(Duration.ofHours(1)), deadline());
    set("a", 1);
    set("a", 2);
    set("b", 1);
    delete("b");
    set("c", 1);
    log.moveAll(deadline());
    clock.advance(Duration.ofMinutes(30));
    set("a", 3);
    log.moveAll(deadline());
    assertThat(log.retain(deadline())).isZero();
    clock.advance(Duration.ofMinutes(31));
    while (log.retain(deadline()) > 0) {}
    List<String> left = new ArrayList<>();
    database
        .getCollection("s.history", BsonDocument.class)
        .find()
        .forEach(revision -> left.add(revision.getString("key").getValue() + " "
            + revision.getString("operation").getValue()));
    assertThat(left).containsExactlyInAnyOrder("a set", "a set", "c set");
    assertThat(log.config().read(deadline()).gone()).isPositive();
    assertThat(log.config().state().since())
        .isBetween(clock.instant().minus(Duration.ofMinutes(62)), clock.instant());
  }

  @Test
  void writesOfTheSameMillisecond_areInTheirOrder() {
    set("a", 1);
    set("b", 1);
    clock.advance(Duration.ofMillis(-10)); // which each write has taken
    delete("a");
    log(database).moveAll(deadline());
    assertThat(revisions())
        .extracting(revision -> revision.getString("key").getValue())
        .containsExactly("a", "b", "a");
  }

  @Test
  void move_ofOneKey_doesNotOvertakeWhatWasWrittenBefore() {
    set("b", 1);
    set("a", 1);
    log(database).move("a", deadline());
    assertThat(revisions())
        .extracting(revision -> revision.getString("key").getValue())
        .containsExactly("b", "a");
  }

  @Test
  void drop_revisionsAreRemovedWhileItIsRecorded_noneIsRecordedAgain() {
    HistoryLog log = log(database);
    log.configure(true, HistorySettings.DEFAULT.retention(Duration.ofHours(1)), deadline());
    set("a", 1);
    set("a", 2);
    String left = "_dropped.1";
    log.config()
        .dropping(
            new HistoryConfig.Dropped(left, clock.instant(), new Cause("bob", null, null, null)),
            deadline());
    entries().renameCollection(new MongoNamespace(database.getName(), left));
    FailingCommands down = FailingCommands.down(database, 1, true);
    assertThatThrownBy(() -> log(down.database()).finishDrops(null, deadline()))
        .isInstanceOf(MongoSocketException.class);
    assertThat(told("a")).hasSize(3).endsWith("drop by bob");

    clock.advance(Duration.ofHours(2));
    FailingCommands hook = FailingCommands.beforeFirst(database, "aggregate", () -> {
      HistoryLog other = log(database);
      other.finishDrops(null, deadline());
      assertThat(other.retain(deadline())).isEqualTo(2);
    });
    log(hook.database()).finishDrops(null, deadline());
    assertThat(hook.failed()).isTrue();
    assertThat(database.getCollection("s.history", BsonDocument.class).find())
        .extracting(revision -> revision.getString("operation").getValue())
        .containsExactly("drop");
  }

  private List<String> kept(String key) {
    List<String> kept = new ArrayList<>();
    for (BsonDocument revision : database
        .getCollection("s.history", BsonDocument.class)
        .find(new BsonDocument("key", new BsonString(key)))
        .sort(BsonDocument.parse("{revision: 1}"))) {
      kept.add("v" + revision.getDocument("entry").getInt64("version").getValue());
    }
    return kept;
  }

  private void keepTwo() {
    log(database).configure(true, HistorySettings.DEFAULT.revisions(2), deadline());
  }

  @Test
  void newestRevisions_writtenWhileTheyAreMoved_areKept() {
    for (int writes = 0; ; writes++) {
      empty();
      keepTwo();
      for (int i = 1; i <= 6; i++) {
        set("a", i);
      }
      FailingCommands hook = FailingCommands.beforeWrite(database, writes, () -> set("a", 7));
      log(hook.database()).moveAll(deadline());
      log(database).moveAll(deadline());
      if (!hook.failed()) {
        assertThat(writes).isGreaterThan(3);
        break;
      }
      assertThat(kept("a")).as("%s writes", writes).containsExactly("v6", "v7");
      assertSettled();
    }
  }

  @Test
  void newestRevisions_movedByAnotherWhoFinishesFirst_areKept() {
    keepTwo();
    for (int i = 1; i <= 6; i++) {
      set("a", i);
    }
    // The revisions are in the history, but the document is not marked as recorded.
    FailingCommands down = FailingCommands.down(database, 1, true);
    assertThatThrownBy(() -> log(down.database()).moveAll(deadline()))
        .isInstanceOf(MongoSocketException.class);
    assertThat(kept("a")).hasSize(6);

    FailingCommands hook =
        FailingCommands.beforeFirst(database, "aggregate", () -> log(database).moveAll(deadline()));
    log(hook.database()).moveAll(deadline());
    assertThat(hook.failed()).isTrue();
    assertThat(kept("a")).containsExactly("v5", "v6");
    assertSettled();
  }

  @Test
  void writtenWhileItIsMoved_carriesOnlyWhatIsNotRecorded() {
    clock.advance(Duration.ofMinutes(2));
    log(database).moveAll(deadline());
    for (int i = 1; i <= 6; i++) {
      set("a", i);
    }
    FailingCommands hook = FailingCommands.beforeWrite(database, 1, () -> set("a", 7));
    HistoryLog log = log(hook.database());
    log.moveAll(deadline());
    assertThat(hook.failed()).isTrue();
    BsonDocument document = Objects.requireNonNull(entries().find().first());
    assertThat(document.getDocument("history").getArray("unrecorded")).hasSize(1);
    log(database).moveAll(deadline());
    assertThat(kept("a")).containsExactly("v1", "v2", "v3", "v4", "v5", "v6", "v7");
    assertSettled();
  }
}
