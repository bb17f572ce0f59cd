package dev.kvstore.internal.mongo.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoSocketReadException;
import com.mongodb.ServerAddress;
import dev.kvstore.SyncToken;
import dev.kvstore.internal.mongo.feed.VersionPoll.Version;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.Interest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PollingFeedTest {
  private Instant now = Instant.parse("2026-11-21T12:00:00Z");

  private final Map<String, Version> stored = new HashMap<>();
  private final List<Interest> asked = new CopyOnWriteArrayList<>();
  private final PollingFeed feed = new PollingFeed(
      (store, interest) -> {
        asked.add(interest);
        return stored;
      },
      Duration.ofSeconds(1),
      () -> now);
  private final RecordingSink sink = new RecordingSink();
  private final StreamSubscription registration =
      new StreamSubscription("s", sink, StreamSubscription.NOW, closed -> {});

  private void store(String key, long version, @Nullable Instant expiresAt) {
    stored.put(key, new Version(version, "etag" + version, expiresAt));
  }

  private void poll() {
    feed.poll(List.of(registration));
  }

  @Test
  void poll_first_isTheBaseline() {
    store("a", 1, null);
    poll();
    poll();
    assertThat(sink.calls).containsExactly("positioned 0", "changed [] 0");
  }

  @Test
  void sink_thatCannotSayWhatItHolds_beginsAnew_andTheOthersGoOn() {
    AtomicBoolean fails = new AtomicBoolean();
    RecordingSink broken = new RecordingSink() {
      @Override
      public Interest interest() {
        if (fails.get()) {
          throw new OutOfMemoryError("injected");
        }
        return super.interest();
      }
    };
    StreamSubscription other =
        new StreamSubscription("s", broken, StreamSubscription.NOW, closed -> {});
    List<StreamSubscription> both = List.of(other, registration);
    feed.poll(both);
    fails.set(true);
    store("a", 1, null);
    feed.poll(both);
    assertThat(broken.calls).containsExactly("positioned 0", "missed");
    assertThat(sink.calls).hasSize(2).last().asString().contains("a=v1");
    fails.set(false);
    feed.poll(both);
    assertThat(broken.calls).containsExactly("positioned 0", "missed", "positioned 0");
  }

  @Test
  void scans_takeATwentiethOfTheTime_andKeysAreLookedAtEachTime() {
    AtomicLong nanos = new AtomicLong();
    Duration cost = Duration.ofMillis(100);
    PollingFeed slow = new PollingFeed(
        (store, interest) -> {
          asked.add(interest);
          nanos.addAndGet(interest.prefixes().isEmpty() ? 0 : cost.toNanos());
          return stored;
        },
        Duration.ofMillis(500),
        () -> now,
        nanos::get);
    RecordingSink cache = new RecordingSink() {
      @Override
      public Interest interest() {
        return Interest.key("held");
      }
    };
    List<StreamSubscription> both = List.of(
        registration, new StreamSubscription("s", cache, StreamSubscription.NOW, closed -> {}));
    int polls = 0;
    while (nanos.get() < Duration.ofMinutes(1).toNanos()) {
      nanos.addAndGet(Duration.ofMillis(500).toNanos());
      slow.poll(both);
      polls++;
    }
    long scans =
        asked.stream().filter(interest -> !interest.prefixes().isEmpty()).count();
    assertThat(scans * cost.toNanos())
        .as("time of scans")
        .isBetween(nanos.get() / 25, nanos.get() / 20);
    assertThat(cache.calls).hasSize(polls);
    assertThat(sink.calls).as("no sign of life without a look").hasSize((int) scans);
  }

  @Test
  void newSink_isPositionedAtOnce_alsoSoonAfterAScan_andTheOthersHearOfIt() {
    AtomicLong nanos = new AtomicLong();
    PollingFeed slow = slow(nanos, Duration.ofSeconds(1));
    slow.poll(List.of(registration));
    RecordingSink another = new RecordingSink();
    store("a", 1, null);
    slow.poll(List.of(
        registration, new StreamSubscription("s", another, StreamSubscription.NOW, closed -> {})));
    assertThat(another.calls).containsExactly("positioned 0");
    assertThat(sink.calls).hasSize(2).last().asString().contains("a=v1");
  }

  @Test
  void newSinks_atEachPoll_makeNoScanOfEach_andTheOthersHearOfAll() {
    AtomicLong nanos = new AtomicLong();
    Duration cost = Duration.ofMillis(100);
    PollingFeed slow = slow(nanos, cost);
    while (nanos.get() < Duration.ofMinutes(10).toNanos()) {
      nanos.addAndGet(Duration.ofMillis(500).toNanos());
      slow.poll(List.of(
          registration,
          new StreamSubscription("s", new RecordingSink(), StreamSubscription.NOW, c -> {})));
    }
    assertThat(asked.size() * cost.toNanos())
        .as("time of scans")
        .isBetween(nanos.get() / 25, nanos.get() / 10);
    assertThat(sink.calls).hasSameSizeAs(asked);
  }

  private PollingFeed slow(AtomicLong nanos, Duration cost) {
    return new PollingFeed(
        (store, interest) -> {
          asked.add(interest);
          nanos.addAndGet(cost.toNanos());
          return stored;
        },
        Duration.ofMillis(500),
        () -> now,
        nanos::get);
  }

  @Test
  void changes_betweenPolls_areTold() {
    store("a", 1, null);
    store("b", 1, null);
    store("c", 1, null);
    poll();
    store("a", 3, null);
    stored.remove("b");
    store("d", 1, null);
    poll();
    assertThat(sink.calls.get(1)).contains("a=v3", "b deleted", "d=v1").doesNotContain("c=");
  }

  @Test
  void recreated_isADeleteAndASet() {
    store("a", 9, null);
    poll();
    store("a", 1, null);
    poll();
    assertThat(sink.calls).endsWith("changed [a deleted,a=v1] 0");
  }

  @Test
  void recreated_toTheSameVersion_isSeenByItsEtag() {
    store("a", 1, null);
    poll();
    stored.put("a", new Version(1, "other", null));
    poll();
    assertThat(sink.calls).endsWith("changed [a deleted,a=v1] 0");
  }

  @Test
  void expired_isToldAsSuch_althoughItIsStillStored() {
    store("a", 1, now.plusSeconds(10));
    store("b", 1, now);
    poll();
    now = now.plusSeconds(10);
    stored.remove("b");
    poll();
    poll();
    assertThat(sink.calls).containsExactly("positioned 0", "changed [a expired] 0", "changed [] 0");
  }

  @Test
  void keys_thatASinkBeginsToHold_areTold_forTheyMayBeOld() {
    store("a", 1, null);
    sink.interest = new Interest(Set.of(), Set.of());
    poll();
    assertThat(asked).isEmpty();
    sink.interest = new Interest(Set.of("a", "b"), Set.of());
    poll();
    poll();
    assertThat(sink.calls).hasSize(3).last().isEqualTo("changed [] 0");
    assertThat(sink.calls.get(1)).contains("a deleted", "b deleted", "a=v1");
    assertThat(sink.calls.get(1).indexOf("a deleted"))
        .isLessThan(sink.calls.get(1).indexOf("a=v1"));
  }

  @Test
  void keys_thatNobodyHoldsAnyMore_areNotTold() {
    store("a", 1, null);
    sink.interest = Interest.key("a");
    poll();
    sink.interest = Interest.key("b");
    stored.clear();
    poll();
    assertThat(sink.calls).endsWith("changed [b deleted] 0");
  }

  @Test
  void prefix_coversItsKeysAlone() {
    store("ui.a", 1, null);
    store("other", 1, null);
    sink.interest = Interest.prefix("ui.");
    poll();
    store("ui.a", 2, null);
    store("other", 2, null);
    poll();
    assertThat(sink.calls).endsWith("changed [ui.a=v2] 0");
  }

  @Test
  void writtenByHand_withoutVersion_isToldEachTime() {
    stored.put("a", new Version(Change.UNKNOWN_VERSION, null, null));
    poll();
    poll();
    poll();
    assertThat(sink.calls).endsWith("changed [a=v?] 0", "changed [a=v?] 0");
  }

  @Test
  void sinks_ofOneStore_areAskedForAtOnce() {
    RecordingSink other = new RecordingSink();
    sink.interest = Interest.key("a");
    other.interest = Interest.prefix("ui.");
    feed.poll(List.of(
        registration, new StreamSubscription("s", other, StreamSubscription.NOW, closed -> {})));
    assertThat(asked).containsExactly(new Interest(Set.of("a"), Set.of("ui.")));
  }

  @Test
  void keysBelowAPrefix_areFoundByIt_andNotAskedForOnceMore() {
    RecordingSink other = new RecordingSink();
    sink.interest = new Interest(Set.of("ui.theme", "b"), Set.of());
    other.interest = Interest.prefix("ui.");
    feed.poll(List.of(
        registration, new StreamSubscription("s", other, StreamSubscription.NOW, closed -> {})));
    assertThat(asked).containsExactly(new Interest(Set.of("b"), Set.of("ui.")));
  }

  @Test
  void standalone_fallsOverToPolling_andComesBackAfterFailures() {
    LinkedBlockingQueue<String> polls = new LinkedBlockingQueue<>();
    ScriptedSource source = new ScriptedSource();
    RecordingSink fromThePast = new RecordingSink();
    VersionPoll poll = (store, interest) -> {
      if (take(polls).equals("fails")) {
        throw new MongoSocketReadException("gone", new ServerAddress());
      }
      return Map.copyOf(stored);
    };
    BsonDocument refusal = RecordedStreams.lines("streams.jsonl").stream()
        .filter(line -> line.getString("scenario").getValue().equals("watch"))
        .findFirst()
        .orElseThrow();
    try (ChangePump pump = new ChangePump(
        "rec",
        source,
        () -> new PollingFeed(poll, Duration.ofSeconds(1), Clock.systemUTC()),
        duration -> {})) {
      source.failsToOpen(RecordedStreams.exception(refusal));
      pump.subscribe("s", sink, null);
      polls.add("ok");
      polls.add("ok");
      await()
          .untilAsserted(
              () -> assertThat(sink.calls).containsExactly("positioned 0", "changed [] 0"));
      pump.subscribe("s", fromThePast, new SyncToken(77));
      source.failsToOpen(new MongoSocketReadException("gone", new ServerAddress()));
      source.failsToOpen(RecordedStreams.exception(refusal));
      polls.add("fails");
      polls.add("ok");
      await()
          .untilAsserted(() -> assertThat(sink.calls)
              .containsExactly("positioned 0", "changed [] 0", "changed [] 0"));
      polls.add("ok");
      await()
          .untilAsserted(() -> assertThat(fromThePast.calls).startsWith("missed", "positioned 0"));
    }
  }

  private static String take(LinkedBlockingQueue<String> polls) {
    try {
      return polls.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
