package dev.kvstore.internal.mongo.feed;

import dev.kvstore.KVChange.Kind;
import dev.kvstore.internal.mongo.feed.VersionPoll.Version;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.Interest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a change stream on a standalone server: polls the versions of the keys that sinks hold
 * or watch, and compares them. A sink learns of a change within the polling interval plus the time
 * of a query; of several changes it learns only of the last one. There are no positions. Not
 * thread-safe.
 *
 * <p>Single keys are looked up by {@code _id}. A prefix, or a whole store, must be scanned, because
 * there is no index by time, and maintaining one just for this is not worthwhile. So that a large
 * store does not keep the server busy, its scans take at most a twentieth of the time: between two
 * scans, sinks with a prefix learn nothing, not even that nothing has changed. The first scan for a
 * new sink is not delayed, unless such scans take more than a twentieth of the time themselves. Its
 * findings are delivered to all sinks of the store.
 */
final class PollingFeed {
  private static final long NO_POSITION = 0;

  /** The pause after a scan, in multiples of its duration. */
  private static final int PAUSE_FACTOR = 20;

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final VersionPoll poll;
  private final Duration interval;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Map<StreamSubscription, Seen> seen = new HashMap<>();

  /** When each scanned store may be scanned again. */
  private final Map<String, NextScan> nextScans = new HashMap<>();

  /** @param forNew the earlier time for a new sink */
  private record NextScan(long at, long forNew) {}

  private record Seen(Interest interest, Map<String, Version> versions) {}

  PollingFeed(VersionPoll poll, Duration interval, InstantSource clock) {
    this(poll, interval, clock, System::nanoTime);
  }

  PollingFeed(VersionPoll poll, Duration interval, InstantSource clock, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.poll = poll;
    this.interval = interval;
    this.clock = clock;
  }

  Duration interval() {
    return interval;
  }

  /** Returns true if any sink has a result to compare the next poll with. */
  boolean hasBegun() {
    return !seen.isEmpty();
  }

  void end() {
    seen.clear();
    nextScans.clear();
  }

  /** Polls once for all sinks, with one query per store, and reports the differences to them. */
  void poll(List<StreamSubscription> sinks) {
    seen.keySet().retainAll(new HashSet<>(sinks));
    Map<StreamSubscription, Interest> interests = new HashMap<>();
    Set<String> toScan = new HashSet<>();
    for (StreamSubscription sink : sinks) {
      Interest interest = sink.interest();
      if (interest == null) {
        // The sink failed, so its state is unknown and must not be compared with.
        seen.remove(sink);
        sink.restart();
        continue;
      }
      interests.put(sink, interest);
      if (isScanned(interest) && mayScan(sink.store(), !seen.containsKey(sink))) {
        toScan.add(sink.store());
      }
    }
    interests
        .entrySet()
        .removeIf(entry ->
            isScanned(entry.getValue()) && !toScan.contains(entry.getKey().store()));
    Map<String, Interest> byStore = new HashMap<>();
    interests.forEach(
        (sink, interest) -> byStore.merge(sink.store(), interest, PollingFeed::union));
    Map<String, Map<String, Version>> found = new HashMap<>();
    byStore.forEach((store, interest) -> found.put(store, present(store, interest)));
    interests.forEach((sink, interest) -> tell(sink, interest, found.get(sink.store())));
  }

  private static boolean isScanned(Interest interest) {
    return !interest.prefixes().isEmpty();
  }

  private boolean mayScan(String store, boolean forNew) {
    NextScan next = nextScans.get(store);
    long now = nanoTime.getAsLong();
    return next == null || now - next.at() >= 0 || (forNew && now - next.forNew() >= 0);
  }

  private Map<String, Version> present(String store, Interest interest) {
    if (interest.keys().isEmpty() && interest.prefixes().isEmpty()) {
      return Map.of();
    }
    long began = nanoTime.getAsLong();
    Map<String, Version> found = new HashMap<>(poll.find(store, interest));
    if (isScanned(interest)) {
      nextScans.put(store, next(nextScans.get(store), began, nanoTime.getAsLong()));
    }
    found.values().removeIf(version -> version.isExpiredAt(clock.instant()));
    return found;
  }

  private NextScan next(@Nullable NextScan last, long began, long ended) {
    long longest = LONGEST_PAUSE.toNanos();
    long needed = Math.min(PAUSE_FACTOR * (ended - began), longest);
    // For a short scan the polling interval is a sufficient pause.
    long pause = needed > interval.toNanos() ? needed : 0;
    long forNew =
        began - longest; // so that several new sinks can follow one another, but not forever
    if (last != null && last.forNew() - forNew > 0) {
      forNew = last.forNew();
    }
    boolean isEarly = last != null && began - last.at() < 0;
    return new NextScan(ended + pause, isEarly ? forNew + pause : forNew);
  }

  private void tell(
      StreamSubscription sink, Interest interest, @Nullable Map<String, Version> stored) {
    Map<String, Version> now = new HashMap<>(stored == null ? Map.of() : stored);
    now.keySet().removeIf(key -> !interest.covers(key));
    Seen before = seen.put(sink, new Seen(interest, now));
    if (before == null || !sink.isLive()) {
      sink.restart();
      sink.positioned(NO_POSITION);
      return;
    }
    List<Change> changes = new ArrayList<>();
    before.versions().forEach((key, version) -> {
      if (!now.containsKey(key) && interest.covers(key)) {
        changes.add(gone(key, version.isExpiredAt(clock.instant()) ? Kind.EXPIRE : Kind.DELETE));
      }
    });
    for (String key : interest.keys()) {
      // The sink may hold a state of any age for a key that was not polled before.
      if (!before.interest().covers(key)) {
        changes.add(gone(key, Kind.DELETE));
      }
    }
    now.forEach((key, version) -> addWritten(changes, key, before.versions().get(key), version));
    sink.changed(changes, NO_POSITION, false);
  }

  private static void addWritten(
      List<Change> changes, String key, @Nullable Version before, Version now) {
    // A manual write without a version may differ each time.
    if (now.equals(before) && now.version() != Change.UNKNOWN_VERSION) {
      return;
    }
    if (before != null && !now.equals(before) && now.version() <= before.version()) {
      changes.add(gone(key, Kind.DELETE)); // and recreated since
    }
    changes.add(new Change(Kind.SET, key, now.version(), now.etag(), NO_POSITION));
  }

  private static Change gone(String key, Kind kind) {
    return new Change(kind, key, 0, null, NO_POSITION);
  }

  private static Interest union(Interest one, Interest other) {
    Set<String> keys = new HashSet<>(one.keys());
    keys.addAll(other.keys());
    Set<String> prefixes = new HashSet<>(one.prefixes());
    prefixes.addAll(other.prefixes());
    // Do not send the thousands of keys of a cache if a scan covers them anyway.
    keys.removeIf(key -> prefixes.stream().anyMatch(key::startsWith));
    return new Interest(keys, prefixes);
  }
}
