package dev.kvstore.internal.cache;

import dev.kvstore.NearCacheSettings;
import java.time.Duration;
import java.time.Instant;

/**
 * The position of the feed, and until when its answers prove what is cached. Thread-safe.
 *
 * <p>An answer proves that all changes are known up to the moment when the source was asked, which
 * was after the previous call had returned. The leases run from there, so they hold even if this
 * process was stopped meanwhile. A relayed feed reports itself up to when it knows all changes.
 */
class CoherenceLease {
  private final CacheClock clock;
  private final boolean timed;
  private final boolean exact;
  private final long stalenessBound;
  private final long partitionBound;

  /** What each hit reads. */
  private volatile boolean serving;

  /** The coarse time while the cache serves, for readers that look at nothing else. */
  private volatile long pulse = CacheClock.NEVER;

  /** Until when the leases last, for hits that look at the time themselves. */
  private volatile long leasedUntil;

  private volatile boolean positioned;
  private volatile long position;

  // Guarded by this.
  private boolean closed;
  private long told;
  private boolean proved;
  private long provedAt;
  private long provedPosition;
  private long answeredUntil;
  private long advancedUntil;
  private Instant since;

  CoherenceLease(NearCacheSettings settings, CacheClock clock) {
    this.clock = clock;
    this.timed = settings.timeToLive().isPresent();
    this.exact = settings.exactBound();
    this.stalenessBound = nanos(settings.stalenessBound());
    this.partitionBound = nanos(settings.partitionBound());
    this.since = Instant.ofEpochMilli(clock.millis());
    this.leasedUntil = timed ? CacheClock.NEVER : 0;
    this.serving = timed;
  }

  /** Whether what is held may be served. Look at this first, and for what is held after it. */
  boolean isServing() {
    return serving && (!exact || clock.nanos() < leasedUntil);
  }

  /**
   * Returns the clock's coarse time, up to two ticks behind, or {@link CacheClock#NEVER} while
   * nothing may be served or each hit has to look at the exact time.
   */
  long pulse() {
    return pulse;
  }

  /** The time for the lives of entries: exact if the settings say so, else up to a tick behind. */
  long now() {
    return exact ? clock.nanos() : clock.coarseNanos();
  }

  /** Whether what is read from now on may be cached. Ask this when the slot is in the map. */
  boolean mayKeep() {
    return positioned || timed;
  }

  /** Everything that happened up to here has been applied. */
  long position() {
    return position;
  }

  synchronized void positioned(long at) {
    begin(at);
    proved(told, at);
    answeredUntil = told + stalenessBound;
    advancedUntil = told + partitionBound;
    update();
  }

  /** Nothing vouches for what is held before {@link #current}. */
  synchronized void positionedUnproved(long at) {
    begin(at);
    proved = false;
    answeredUntil = told;
    advancedUntil = told;
    update();
  }

  private void begin(long at) {
    position = at;
    positioned = true;
    told = clock.nanos();
  }

  private void proved(long at, long upTo) {
    proved = true;
    provedAt = at;
    provedPosition = upTo;
  }

  /** The changes up to here have been applied, but there are more. */
  synchronized void caughtUpTo(long at) {
    if (positioned) {
      position = Math.max(position, at);
      told = clock.nanos();
    }
  }

  /** All changes that the source knew of have been applied. */
  synchronized void answered(long at) {
    if (!positioned) {
      return;
    }
    // Without positions an answer is all that there is to go by.
    if (at > position || at == 0) {
      position = Math.max(position, at);
      advancedUntil = told + partitionBound;
    }
    proved(told, position);
    answeredUntil = told + stalenessBound;
    told = clock.nanos();
    update();
  }

  /**
   * All changes up to that time, one of {@link System#nanoTime}, and up to that position have been
   * applied. When the position moved is not known, but after the proof before.
   */
  synchronized void current(long at, long asOf) {
    if (!positioned) {
      return;
    }
    // A time to come would be the other side's clock gone wrong.
    long provedNow = Math.min(clock.at(asOf), clock.nanos());
    position = Math.max(position, at);
    if (proved && provedNow < provedAt) {
      return;
    }
    if (!proved || at == 0) {
      advancedUntil = provedNow + partitionBound;
    } else if (at > provedPosition) {
      advancedUntil = provedAt + partitionBound;
    }
    answeredUntil = provedNow + stalenessBound;
    proved(provedNow, at);
    update();
  }

  synchronized void missed() {
    positioned = false;
    update();
  }

  synchronized void close() {
    closed = true;
    positioned = false;
    update();
  }

  /** To be called again and again, for the leases to run out. */
  final synchronized void update() {
    boolean serve = !closed
        && clock.isTicking()
        && (timed || (positioned && leased(clock.nanos() + CacheClock.TICK)));
    leasedUntil = timed ? CacheClock.NEVER : Math.min(answeredUntil, advancedUntil);
    // First, whatever becomes of the rest.
    pulse = serve && !exact ? clock.coarseNanos() : CacheClock.NEVER;
    if (serve != serving) {
      serving = serve;
      since = Instant.ofEpochMilli(clock.millis());
    }
  }

  boolean leased(long now) {
    return now < answeredUntil && now < advancedUntil;
  }

  final synchronized Instant since() {
    return since;
  }

  final synchronized Duration lag() {
    return Duration.ofNanos(clock.nanos() - provedAt);
  }

  /** In nanoseconds, and short enough to be added to a time. */
  static long nanos(Duration duration) {
    return duration.compareTo(Duration.ofDays(10_000)) < 0
        ? duration.toNanos()
        : Duration.ofDays(10_000).toNanos();
  }
}
