package dev.kvstore.internal.sqlite;

import static dev.kvstore.internal.sqlite.Values.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.BatchOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SqliteFeedTest extends SqliteTestBase {
  private static final WriteOptions FOR_AN_HOUR = WriteOptions.DEFAULT.ttl(Duration.ofHours(1));

  private final RecordingSink sink = new RecordingSink();
  private SqliteEntryDatabase database;
  private RawStore store;

  @BeforeEach
  void openStore() {
    database = openSweeping(Duration.ofMillis(20));
    store = RawStore.of(database.store("s"));
  }

  private SqliteEntryDatabase openSweeping(Duration interval) {
    return open(
        folder.resolve("settings.db"), SqliteConfig.DEFAULT.clock(clock).sweepInterval(interval));
  }

  private void reopen() {
    database = openSweeping(Duration.ofMillis(20));
    store = RawStore.of(database.store("s"));
  }

  private void set(String key) {
    set(key, WriteOptions.DEFAULT);
  }

  private void set(String key, WriteOptions options) {
    store.write(new Write(key, text("v"), options));
  }

  private static void told(RecordingSink sink, String... calls) {
    await().untilAsserted(() -> assertThat(sink.calls).containsExactly(calls));
  }

  @Test
  void publishing_failed_letsEverySinkBeginAnew() {
    store.subscribe(sink, null);
    set("a");
    told(sink, "positioned", "a=v1");
    database.changes.lose();
    told(sink, "positioned", "a=v1", "missed", "positioned");
    set("b");
    told(sink, "positioned", "a=v1", "missed", "positioned", "b=v1");
  }

  @Test
  void sink_throwsAnError_beginsAnew_andTheOthersGoOn() {
    store.subscribe(sink, null);
    RecordingSink failing = new RecordingSink() {
      @Override
      public void changed(List<Change> told, long position) {
        super.changed(told, position);
        if (!told.isEmpty()) {
          throw new StackOverflowError();
        }
      }
    };
    store.subscribe(failing, null);
    set("a");
    told(failing, "positioned", "a=v1", "missed", "positioned");
    told(sink, "positioned", "a=v1");
    assertThat(database.feed.isAlive()).isTrue();
  }

  @Test
  void subscribe_tellsOfEveryChangeOfThatStore_inOrder() {
    set("before");
    store.subscribe(sink, null);
    set("a");
    set("a");
    RawStore.of(database.store("other")).write(new Write("x", text("v"), WriteOptions.DEFAULT));
    store.delete("a", WriteOptions.DEFAULT);
    store.delete("a", WriteOptions.DEFAULT);
    store.setDefault(new Write("b", text("v"), WriteOptions.DEFAULT));
    store.setDefault(new Write("b", text("w"), WriteOptions.DEFAULT));
    store.increment("n", 2, WriteOptions.DEFAULT);
    store.writeMany(Map.of("a", text("v")), BatchOptions.DEFAULT);

    told(sink, "positioned", "a=v1", "a=v2", "a deleted", "b=v1", "n=v1", "a=v1");
    assertThat(sink.positions).isSorted();
    assertThat(sink.changes).extracting(Change::position).doesNotHaveDuplicates();
    assertThat(sink.changes.get(5).etag())
        .isEqualTo(store.read("a").orElseThrow().metadata().etag());
    assertThat(sink.changes.get(2).etag()).isNull();
  }

  @Test
  void batch_tellsOfEachKey() {
    store.subscribe(sink, null);
    store.writeMany(Map.of("a", text("v"), "b", text("v"), "c", text("v")), BatchOptions.DEFAULT);

    await().untilAsserted(() -> assertThat(sink.changes).hasSize(3));
    assertThat(sink.calls).containsExactlyInAnyOrder("positioned", "a=v1", "b=v1", "c=v1");
    assertThat(sink.changes)
        .extracting(Change::position)
        .doesNotHaveDuplicates()
        .isSorted();
  }

  @Test
  void refusedAndFailed_tellNothing() {
    store.subscribe(sink, null);
    set("a");
    assertThatThrownBy(() -> set("a", WriteOptions.ifAbsent()))
        .isInstanceOf(PreconditionFailedException.class);
    assertThatThrownBy(() -> database.writer.write(0, () -> {
          database.table.write("s", new Write("b", text("v"), WriteOptions.DEFAULT));
          throw new SQLException("after the write");
        }))
        .isInstanceOf(KVException.class);
    set("c");

    told(sink, "positioned", "a=v1", "c=v1");
  }

  @Test
  void expired_isToldByTheSweep() {
    store.subscribe(sink, null);
    set("a", FOR_AN_HOUR);
    set("stays");
    clock.advance(Duration.ofHours(1));

    told(sink, "positioned", "a=v1", "stays=v1", "a expired");
    assertThat(sink.changes.get(2).version()).isZero();
  }

  @Test
  void writeOverDeadRows_tellsOfTheExpiryFirst() {
    database.close();
    database = openSweeping(Duration.ofHours(1));
    store = RawStore.of(database.store("s"));
    store.subscribe(sink, null);
    for (String key : List.of("set", "default", "count", "batch")) {
      set(key, FOR_AN_HOUR);
    }
    clock.advance(Duration.ofHours(1));
    set("set");
    store.setDefault(new Write("default", text("v"), WriteOptions.DEFAULT));
    store.increment("count", 1, WriteOptions.DEFAULT);
    store.writeMany(Map.of("batch", text("v")), BatchOptions.DEFAULT);

    await().untilAsserted(() -> assertThat(sink.calls).hasSize(13));
    assertThat(sink.calls.subList(5, 13))
        .containsExactly(
            "set expired",
            "set=v1",
            "default expired",
            "default=v1",
            "count expired",
            "count=v1",
            "batch expired",
            "batch=v1");
  }

  @Test
  void resume_tellsWhatCameAfterThatChange() {
    FeedSubscription first = store.subscribe(sink, null);
    set("a");
    set("b");
    told(sink, "positioned", "a=v1", "b=v1");
    first.close();
    set("c");
    RecordingSink resumed = new RecordingSink();
    store.subscribe(resumed, new SyncToken(sink.changes.get(0).position()));

    told(resumed, "positioned", "b=v1", "c=v1");
  }

  @Test
  void resume_fromAnUnknownPosition_beginsAnew() {
    set("a");
    store.subscribe(sink, new SyncToken(store.syncToken().position() + (1L << 40)));
    told(sink, "missed", "positioned");
    set("b");
    told(sink, "missed", "positioned", "b=v1");
    RecordingSink early = new RecordingSink();
    store.subscribe(early, SyncToken.START);
    told(early, "missed", "positioned");
  }

  @Test
  void reopened_positionsGoOn_evenIfTheClockWasSetBack() {
    set("a");
    SyncToken before = store.syncToken();
    database.close();
    clock.advance(Duration.ofDays(-1));
    reopen();
    store.subscribe(sink, before);
    set("b");

    told(sink, "missed", "positioned", "b=v1");
    assertThat(sink.positions).allMatch(position -> position > before.position());
    assertThat(store.syncToken()).isGreaterThan(before);
  }

  @Test
  void dropped_beginsAnew() {
    store.subscribe(sink, null);
    set("a");
    told(sink, "positioned", "a=v1");
    database.writer.write(0, () -> {
      database.changes.dropped("s");
      return true;
    });
    set("b");

    told(sink, "positioned", "a=v1", "missed", "positioned", "b=v1");
  }

  @Test
  void idle_answersAgainAndAgain_withAPositionThatMoves() {
    store.subscribe(sink, null);
    await().untilAsserted(() -> assertThat(sink.answers.get()).isGreaterThanOrEqualTo(3));

    assertThat(sink.positions).isSorted().doesNotHaveDuplicates();
    assertThat(sink.calls).containsExactly("positioned");
  }

  @Test
  void sink_thatIsStuck_holdsUpNoWriterAndMissesNothing() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    store.subscribe(
        new RecordingSink() {
          @Override
          public void positioned(long position) {
            stuck.countDown();
            pass(gate);
          }
        },
        null);
    stuck.await();
    store.subscribe(sink, null);
    for (int i = 0; i < 50; i++) {
      set("k");
    }
    assertThat(sink.calls).isEmpty();
    gate.countDown();

    await().untilAsserted(() -> assertThat(sink.changes).hasSize(50));
    assertThat(sink.changes).extracting(Change::version).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void sink_thatThrows_beginsAnewAndTheOthersGoOn() {
    RecordingSink faulty = new RecordingSink() {
      @Override
      public void changed(List<Change> told, long position) {
        super.changed(told, position);
        if (told.stream().anyMatch(change -> change.key().equals("bad"))) {
          throw new AssertionError("by the test");
        }
      }
    };
    store.subscribe(faulty, null);
    store.subscribe(sink, null);
    set("bad");
    told(faulty, "positioned", "bad=v1", "missed", "positioned");
    set("good");

    told(faulty, "positioned", "bad=v1", "missed", "positioned", "good=v1");
    told(sink, "positioned", "bad=v1", "good=v1");
  }

  @Test
  void close_waitsForTheCallThatRuns_andNoneComesAfter() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    RecordingSink slow = new RecordingSink() {
      @Override
      public void changed(List<Change> told, long position) {
        super.changed(told, position);
        if (!told.isEmpty()) {
          running.countDown();
          pass(gate);
        }
      }
    };
    FeedSubscription subscription = store.subscribe(slow, null);
    store.subscribe(sink, null);
    set("a");
    running.await();
    Thread closing = new Thread(subscription::close);
    closing.start();
    await().until(() -> closing.getState() == Thread.State.WAITING);
    gate.countDown();
    closing.join();
    set("b");

    told(sink, "positioned", "a=v1", "b=v1");
    assertThat(slow.calls).containsExactly("positioned", "a=v1");
  }

  @Test
  void close_fromWithinACall_endsIt() {
    AtomicReference<FeedSubscription> own = new AtomicReference<>();
    RecordingSink once = new RecordingSink() {
      @Override
      public void changed(List<Change> told, long position) {
        super.changed(told, position);
        if (!told.isEmpty()) {
          Objects.requireNonNull(own.get()).close();
        }
      }
    };
    own.set(store.subscribe(once, null));
    store.subscribe(sink, null);
    set("a");
    told(sink, "positioned", "a=v1");
    set("b");

    told(sink, "positioned", "a=v1", "b=v1");
    assertThat(once.calls).containsExactly("positioned", "a=v1");
  }

  @Test
  void closeOfTheStore_endsItsSubscriptionsAlone() {
    RawStore another = RawStore.of(database.store("s"));
    another.subscribe(sink, null);
    RecordingSink ended = new RecordingSink();
    store.subscribe(ended, null);
    told(ended, "positioned");
    store.close();
    another.write(new Write("a", text("v"), WriteOptions.DEFAULT));

    told(sink, "positioned", "a=v1");
    assertThat(ended.calls).containsExactly("positioned");
    for (Runnable call : List.<Runnable>of(() -> store.subscribe(sink, null), store::syncToken)) {
      assertThatThrownBy(call::run)
          .isInstanceOfSatisfying(
              KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
    }
  }

  @Test
  void closeOfTheDatabase_endsTheThread() {
    store.subscribe(sink, null);
    told(sink, "positioned");
    database.close();
    int answers = sink.answers.get();

    assertThat(database.feed.isAlive()).isFalse();
    assertThat(sink.answers).hasValue(answers);
    assertThatThrownBy(() -> database.store("s").subscribe(sink, null))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
  }

  @Test
  void syncToken_isNotBeforeAnyChangeThatCanBeRead() {
    store.subscribe(sink, null);
    List<SyncToken> tokens = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      set("k" + i);
      tokens.add(store.syncToken());
    }

    await().untilAsserted(() -> assertThat(sink.changes).hasSize(20));
    for (int i = 0; i < 20; i++) {
      assertThat(tokens.get(i).position())
          .isGreaterThanOrEqualTo(sink.changes.get(i).position());
    }
    assertThat(database.store("other").syncToken().position())
        .as("which does not count the changes of this store")
        .isLessThan(tokens.get(0).position());
  }

  @Test
  void read_atLeastATokenOfAnotherFile_answersNormally() {
    set("a");

    assertThat(store.read("a", ReadOptions.atLeast(new SyncToken(Long.MAX_VALUE))))
        .isPresent();
    assertThat(store.readMany(List.of("a"), ReadOptions.atLeast(new SyncToken(Long.MAX_VALUE))))
        .hasSize(1);
  }

  @Test
  void open_earlierFormat_isBroughtToThisOne() throws Exception {
    set("old");
    database.close();
    sql(folder.resolve("settings.db"), "DROP TABLE change_sequence");
    sql(folder.resolve("settings.db"), "PRAGMA user_version = 1");
    reopen();
    store.subscribe(sink, null);
    set("new");

    told(sink, "positioned", "new=v1");
    assertThat(keys(database)).containsExactly("new", "old");
    database.close();
    reopen();
    assertThat(keys(database)).containsExactly("new", "old");
  }
}
