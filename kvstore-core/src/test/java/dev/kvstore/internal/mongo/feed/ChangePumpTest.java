package dev.kvstore.internal.mongo.feed;

import static dev.kvstore.internal.mongo.feed.ScriptedSource.batch;
import static dev.kvstore.internal.mongo.feed.ScriptedSource.delete;
import static dev.kvstore.internal.mongo.feed.ScriptedSource.ended;
import static dev.kvstore.internal.mongo.feed.ScriptedSource.event;
import static dev.kvstore.internal.mongo.feed.ScriptedSource.full;
import static dev.kvstore.internal.mongo.feed.ScriptedSource.set;
import static dev.kvstore.internal.mongo.feed.ScriptedSource.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.MongoSocketReadException;
import com.mongodb.ServerAddress;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.SyncToken;
import dev.kvstore.internal.mongo.feed.ScriptedSource.Opening;
import dev.kvstore.internal.mongo.feed.ScriptedSource.Script;
import dev.kvstore.internal.mongo.feed.StreamSource.Start;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.FeedSubscription;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangePumpTest {
  private final ScriptedSource source = new ScriptedSource();
  private final List<Duration> pauses = new CopyOnWriteArrayList<>();
  private final Map<String, VersionPoll.Version> stored = new ConcurrentHashMap<>();
  private final ChangePump pump = new ChangePump(
      "rec",
      source,
      () -> new PollingFeed(
          (store, interest) -> Map.copyOf(stored), Duration.ofSeconds(1), Clock.systemUTC()),
      pauses::add);
  private final RecordingSink sink = new RecordingSink();

  @AfterEach
  void close() {
    pump.close();
    assertThat(threads()).isEmpty();
    assertThat(source.openStreams).hasValue(0);
  }

  private static MongoSocketReadException broken() {
    return new MongoSocketReadException("gone", new ServerAddress());
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("kvstore-") && name.endsWith("-rec"))
        .toList();
  }

  private static void awaitCalls(RecordingSink sink, String... calls) {
    await().untilAsserted(() -> assertThat(sink.calls).containsExactly(calls));
  }

  @Test
  void errorInTheMiddleOfARecovery_endsNoThread_andSinksBeginAnew() {
    source.opensAt(10);
    pump.subscribe("s", sink, null);
    awaitCalls(sink, "positioned 10");
    source.failsToClose.set(new StackOverflowError());
    source.fails(broken());
    source.opensAt(20);
    awaitCalls(sink, "positioned 10", "missed", "positioned 20");
  }

  @Nested
  class Events {
    @Test
    void subscribe_first_isPositionedWhereTheStreamBegins() {
      source.opensAt(10);
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10");
      assertThat(source.openings).containsExactly(new Opening(new Start.Now(), Set.of("s")));
    }

    @Test
    void batch_isToldAsOne_withTheTimeOfItsToken() {
      source.opensAt(10);
      source.gives(batch(12));
      source.gives(batch(25, set("s", "a", 1, 20), delete("s", "b", 21)));
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "changed [] 12", "changed [a=v1,b deleted] 25");
    }

    @Test
    void events_ofOtherStores_areNotTold() {
      source.opensAt(10);
      source.gives(batch(20, set("other", "a", 1, 20), set("s", "a", 2, 20)));
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "catching up [a=v2] 20");
    }

    @Test
    void batch_full_doesNotClaimTheLastTime() {
      source.opensAt(10);
      source.gives(full(20, set("s", "t1", 1, 20)));
      source.gives(batch(20, set("s", "t2", 1, 20)));
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "catching up [t1=v1] 19", "changed [t2=v1] 20");
    }

    @Test
    void batch_fullWithATokenAhead_claimsWhatIsBeforeTheToken() {
      source.opensAt(10);
      source.gives(full(22, set("s", "t1", 1, 20)));
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "catching up [t1=v1] 22");
    }

    @Test
    void position_neverGoesBack() {
      source.opensAt(10);
      source.gives(batch(20));
      source.gives(batch(15));
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "changed [] 20", "changed [] 20");
    }

    @Test
    void token_ofAnotherForm_leavesTheTimesOfEvents() {
      BsonDocument change = set("s", "a", 1, 20).append("_id", BsonDocument.parse("{_data: '99'}"));
      source.opensAt(10);
      source.gives(batch(12));
      source.gives(batch(30, change));
      source.gives(batch(40));
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "changed [] 12", "changed [a=v1] 20", "changed [] 20");
    }

    @Test
    void store_dropped_isMissedAndGoesOn() {
      source.opensAt(10);
      source.gives(batch(12));
      source.gives(batch(30, set("s", "a", 1, 20), event("drop", "s", 21), set("s", "b", 1, 22)));
      pump.subscribe("s", sink, null);
      awaitCalls(
          sink, "positioned 10", "changed [] 12", "missed", "positioned 21", "changed [b=v1] 30");
    }

    @Test
    void store_renamed_bothNamesAreMissed() {
      BsonDocument rename =
          event("rename", "s", 21).append("to", BsonDocument.parse("{db: 'rec', coll: 't'}"));
      RecordingSink target = new RecordingSink();
      RecordingSink other = new RecordingSink();
      source.opensAt(10);
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10");
      pump.subscribe("t", target, null);
      pump.subscribe("u", other, null);
      source.gives(batch(11));
      source.opensAt(99);
      await().until(() -> !other.calls.isEmpty());
      source.gives(batch(22, rename));
      await()
          .untilAsserted(() ->
              assertThat(sink.calls).endsWith("missed", "positioned 21", "catching up [] 22"));
      assertThat(target.calls).contains("missed");
      assertThat(other.calls).doesNotContain("missed");
    }

    @Test
    void database_dropped_beginsAnewForAll() {
      source.opensAt(10);
      source.gives(batch(12));
      source.gives(
          ended(20, RecordedStreams.events("database about to be dropped").get(1)));
      source.opensAt(50);
      source.gives(batch(51));
      pump.subscribe("s", sink, null);
      awaitCalls(
          sink, "positioned 10", "changed [] 12", "missed", "positioned 50", "changed [] 51");
      assertThat(source.openings.get(1).start()).isEqualTo(new Start.Now());
    }

    @Test
    void event_notUnderstood_beginsAnew() {
      source.opensAt(10);
      source.gives(batch(20, BsonDocument.parse("{operationType: 'update'}")));
      source.opensAt(50);
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "missed", "positioned 50");
    }

    @Test
    void sink_thatThrows_beginsAnew_andTheOthersDoNotNotice() {
      RecordingSink broken = new RecordingSink() {
        @Override
        public void changed(List<Change> changes, long position) {
          super.changed(changes, position);
          throw new IllegalStateException("a bug");
        }
      };
      source.opensAt(10);
      pump.subscribe("s", broken, null);
      await().until(() -> !broken.calls.isEmpty());
      pump.subscribe("s", sink, null);
      source.gives(batch(11));
      source.gives(batch(12, set("s", "a", 1, 12)));
      await().untilAsserted(() -> assertThat(sink.calls).endsWith("changed [a=v1] 12"));
      assertThat(broken.calls).endsWith("changed [a=v1] 12", "missed", "positioned 12");
      assertThat(sink.calls).doesNotContain("missed");
    }
  }

  @Nested
  class Failures {
    @Test
    void stream_broken_goesOnAfterTheLastToken() {
      source.opensAt(10);
      source.gives(batch(20, set("s", "a", 1, 20)));
      source.fails(broken());
      source.failsToOpen(broken());
      source.opensAt(0);
      source.gives(batch(21));
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "catching up [a=v1] 20", "changed [] 21");
      assertThat(source.openings)
          .extracting(Opening::start)
          .containsExactly(new Start.Now(), new Start.After(token(20)), new Start.After(token(20)));
      assertThat(pauses).hasSize(2).isSortedAccordingTo(Duration::compareTo);
    }

    @Test
    void stream_brokenBeforeItsFirstToken_goesOnWhereItBegan() {
      source.opensAt(10);
      source.fails(broken());
      source.opensAt(0);
      source.gives(batch(20, set("s", "a", 1, 10)));
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "catching up [a=v1] 20");
      assertThat(source.openings.get(1).start()).isEqualTo(new Start.At(10));
    }

    @Test
    void call_timedOut_goesOnWithAnotherStream_afterTheSameWaitEachTime() {
      MongoOperationTimeoutException frozen = new MongoOperationTimeoutException("frozen");
      source.opensAt(10);
      source.gives(batch(12));
      source.fails(frozen);
      source.failsToOpen(frozen);
      source.failsToOpen(frozen);
      source.opensAt(0);
      source.gives(batch(20, set("s", "a", 1, 20)));
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "changed [] 12", "catching up [a=v1] 20");
      Start.After after = new Start.After(token(12));
      assertThat(source.openings)
          .extracting(Opening::start)
          .containsExactly(new Start.Now(), after, after, after);
      assertThat(pauses)
          .containsExactly(
              StreamLoop.SHORTEST_PAUSE, StreamLoop.SHORTEST_PAUSE, StreamLoop.SHORTEST_PAUSE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void history_lost_beginsAnew(int recorded) {
      source.opensAt(10);
      source.gives(batch(12));
      source.fails(
          RecordedStreams.exception(RecordedStreams.lines("history-lost.jsonl").get(recorded)));
      source.opensAt(50);
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "changed [] 12", "missed", "positioned 50");
      assertThat(source.openings.get(1).start()).isEqualTo(new Start.Now());
    }

    @Test
    void token_refused_beginsAnew() {
      for (BsonDocument line : RecordedStreams.lines("streams.jsonl")) {
        if (line.containsKey("error") && line.getString("scenario").getValue().equals("resume")) {
          assertThat(StreamFailure.of(RecordedStreams.exception(line)))
              .isEqualTo(StreamFailure.HISTORY_LOST);
        }
      }
    }

    @Test
    void token_refusedWithoutAKnownReason_isGivenUpAfterAWhile() {
      BsonDocument error = BsonDocument.parse("{error: {ok: 0, code: 4242, errmsg: 'no'}}");
      source.opensAt(10);
      source.gives(batch(12));
      source.fails(broken());
      for (int i = 0; i < 5; i++) {
        source.failsToOpen(RecordedStreams.exception(error));
      }
      source.opensAt(50);
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "changed [] 12", "missed", "positioned 50");
    }

    @Test
    void cursor_closedByTheServer_isReplaced() {
      source.opensAt(10);
      source.gives(ended(12));
      source.opensAt(0);
      source.gives(batch(13));
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "changed [] 12", "changed [] 13");
      assertThat(pauses).hasSize(1);
    }

    @Test
    void error_ofTheVirtualMachine_doesNotEndTheThread() {
      source.opensAt(10);
      source.fails(new StackOverflowError());
      source.opensAt(50);
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 10", "missed", "positioned 50");
    }

    @Test
    void pauses_growToTheirBound_andBeginAnewAfterSuccess() {
      source.opensAt(10);
      source.gives(batch(11));
      source.fails(broken());
      for (int i = 0; i < 12; i++) {
        source.failsToOpen(broken());
      }
      source.opensAt(0);
      source.gives(batch(12));
      source.fails(broken());
      pump.subscribe("s", sink, null);
      await().until(() -> pauses.size() == 14);
      assertThat(pauses)
          .allMatch(pause -> pause.compareTo(Duration.ofMillis(100)) >= 0
              && pause.compareTo(Duration.ofSeconds(5)) <= 0);
      assertThat(pauses.get(12)).isGreaterThanOrEqualTo(Duration.ofMillis(2500));
      assertThat(pauses.get(13)).isLessThanOrEqualTo(Duration.ofMillis(200));
    }
  }

  @Nested
  class Subscriptions {
    @Test
    void subscribe_anotherStore_reopensWhereItWas_withBoth() {
      RecordingSink other = new RecordingSink();
      source.opensAt(10);
      source.gives(batch(12));
      pump.subscribe("s", sink, null);
      await().until(() -> sink.calls.size() == 2);
      pump.subscribe("t", other, null);
      source.gives(batch(13));
      source.opensAt(0);
      source.gives(batch(20, set("s", "a", 1, 14), set("t", "b", 1, 15)));
      awaitCalls(other, "positioned 13", "catching up [b=v1] 20");
      awaitCalls(sink, "positioned 10", "changed [] 12", "changed [] 13", "catching up [a=v1] 20");
      assertThat(source.openings.get(1))
          .isEqualTo(new Opening(new Start.After(token(13)), Set.of("s", "t")));
    }

    @Test
    void subscribe_anotherOfTheSameStore_doesNotReopen() {
      RecordingSink other = new RecordingSink();
      source.opensAt(10);
      pump.subscribe("s", sink, null);
      await().until(() -> sink.calls.size() == 1);
      pump.subscribe("s", other, null);
      source.gives(batch(13));
      awaitCalls(other, "positioned 13");
      assertThat(source.openings).hasSize(1);
    }

    @Test
    void close_last_endsTheThread_andTheNextBeginsAnother() {
      source.opensAt(10);
      FeedSubscription subscription = pump.subscribe("s", sink, null);
      await().until(() -> sink.calls.size() == 1);
      subscription.close();
      subscription.close();
      await().until(() -> threads().isEmpty());
      RecordingSink other = new RecordingSink();
      source.opensAt(20);
      pump.subscribe("s", other, null);
      awaitCalls(other, "positioned 20");
      assertThat(sink.calls).containsExactly("positioned 10");
    }

    @Test
    void close_withinACall_endsIt() {
      AtomicReference<FeedSubscription> own = new AtomicReference<>();
      RecordingSink closing = new RecordingSink() {
        @Override
        public void changed(List<Change> changes, long position) {
          super.changed(changes, position);
          Objects.requireNonNull(own.get()).close();
        }
      };
      source.opensAt(10);
      own.set(pump.subscribe("s", closing, null));
      source.gives(batch(11));
      await().until(() -> threads().isEmpty());
      assertThat(closing.calls).containsExactly("positioned 10", "changed [] 11");
    }

    @Test
    void close_pump_refusesWhatComesAfter() {
      pump.close();
      pump.close();
      assertThatThrownBy(() -> pump.subscribe("s", sink, null))
          .isInstanceOfSatisfying(
              KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
    }

    @Test
    void close_whileTheDatabaseHangs_takesNoLongerThanItMust() {
      pump.subscribe("s", sink, null); // open() waits forever
      await().until(() -> source.openings.size() == 1);
      pump.close();
      assertThat(threads()).isEmpty();
    }
  }

  @Nested
  class FromAPosition {
    private final RecordingSink late = new RecordingSink();

    private Script open() {
      Script main = source.opensAt(100);
      pump.subscribe("s", sink, null);
      awaitCalls(sink, "positioned 100");
      return main;
    }

    @Test
    void subscribe_fromThePast_catchesUpOnAnotherStream_andJoins() {
      Script main = open();
      pump.subscribe("s", late, new SyncToken(50));
      Script second = source.opensAt(0);
      main.gives(batch(101));
      awaitCalls(late, "positioned 50");
      second.gives(batch(90, set("s", "a", 1, 49), set("s", "a", 2, 60)));
      second.gives(full(105, set("s", "a", 3, 105)));
      awaitCalls(late, "positioned 50", "catching up [a=v2] 90", "catching up [a=v3] 104");
      await().until(() -> threads().size() == 1);
      main.gives(batch(106, set("s", "a", 0, 103), set("s", "a", 3, 105), set("s", "a", 4, 106)));
      awaitCalls(
          late,
          "positioned 50",
          "catching up [a=v2] 90",
          "catching up [a=v3] 104",
          "changed [a=v3,a=v4] 106");
      assertThat(source.openings.get(1)).isEqualTo(new Opening(new Start.At(50), Set.of("s")));
      assertThat(sink.calls).hasSize(3);
    }

    @Test
    void subscribe_fromThePast_doesNotJoinAStreamThatIsAhead() {
      Script main = open();
      pump.subscribe("s", late, new SyncToken(50));
      Script second = source.opensAt(0);
      main.gives(batch(200));
      await().until(() -> sink.calls.contains("changed [] 200"));
      second.gives(batch(199));
      second.gives(batch(201, set("s", "a", 1, 200)));
      await().untilAsserted(() -> assertThat(late.calls).endsWith("changed [a=v1] 201"));
      await().until(() -> threads().size() == 1);
    }

    @Test
    void subscribe_fromWhatIsGone_isMissed_andBeginsNow() {
      Script main = open();
      pump.subscribe("s", late, new SyncToken(50));
      source.failsToOpen(
          RecordedStreams.exception(RecordedStreams.lines("history-lost.jsonl").get(2)));
      main.gives(batch(101));
      awaitCalls(late, "missed");
      await().until(() -> threads().size() == 1);
      main.gives(batch(102));
      awaitCalls(late, "missed", "positioned 102");
      assertThat(sink.calls).doesNotContain("missed");
    }

    @Test
    void subscribe_fromAheadOfTheStream_isNotToldWhatItKnows() {
      source.opensAt(100);
      pump.subscribe("s", sink, new SyncToken(105));
      source.gives(batch(104, set("s", "a", 1, 104)));
      source.gives(batch(106, set("s", "a", 2, 106)));
      awaitCalls(sink, "positioned 105", "catching up [] 105", "changed [a=v2] 106");
    }
  }
}
