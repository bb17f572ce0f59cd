package dev.kvstore.internal.cache;

import dev.kvstore.NearCacheSettings;
import java.time.Duration;
import java.time.Instant;

/**
 * The position of the feed, and the time until which its answers prove that cached entries are
 * fresh. Thread-safe.
 *
 * <p>An answer proves that all changes are known up to the moment when the source was queried,
 * which was after the previous call had returned. The leases start at that moment, so they hold
 * even if this process was suspended in between. A relayed feed reports that time itself.
 */
class CoherenceLease {
  private final CacheClock clock;
  private final boolean timed;
  private final boolean exact;
  private final long stalenessBound;
  private final long partitionBound;

  /** Read by each hit. */
  private volatile boolean serving;

  /** The coarse time while the cache serves, for readers that check nothing else. */
  private volatile long pulse = CacheClock.NEVER;

  /** The end of the leases, for hits that compare the time themselves. */
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

  /** Returns true if cached entries may be served. Check this before looking up an entry. */
  boolean isServing() {
    return serving && (!exact || clock.nanos() < leasedUntil);
  }

  /**
   * Returns the clock's coarse time, which lags by up to two ticks, or {@link CacheClock#NEVER}
   * while nothing may be served or each hit must check the exact time.
   */
  long pulse() {
    return pulse;
  }

  /**
   * Returns the time to compare with times to live: exact if the settings require it, otherwise
   * lagging by up to a tick.
   */
  long now() {
    return exact ? clock.nanos() : clock.coarseNanos();
  }

  /**
   * Returns true if a load that starts now may be cached. Call this after the load was added to the
   * map.
   */
  boolean mayKeep() {
    return positioned || timed;
  }

  /** Returns the position up to which all changes have been applied. */
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

  /** Starts at the position without a proof of freshness; {@link #current} provides one. */
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

  /** Notes that the changes up to this position have been applied, but there are more. */
  synchronized void caughtUpTo(long at) {
    if (positioned) {
      position = Math.max(position, at);
      told = clock.nanos();
    }
  }

  /** Notes that all changes that the source knew of have been applied. */
  synchronized void answered(long at) {
    if (!positioned) {
      return;
    }
    // Without positions the answer itself is the only proof.
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
   * Notes that all changes up to this position, and up to this {@link System#nanoTime}, have been
   * applied. The position moved at an unknown time after the previous proof.
   */
  synchronized void current(long at, long asOf) {
    if (!positioned) {
      return;
    }
    // A time in the future would come from a wrong clock on the other side.
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

  /** Ends leases that have run out. Call this periodically. */
  final synchronized void update() {
    boolean serve = !closed
        && clock.isTicking()
        && (timed || (positioned && leased(clock.nanos() + CacheClock.TICK)));
    leasedUntil = timed ? CacheClock.NEVER : Math.min(answeredUntil, advancedUntil);
    // Set this first, in case the rest fails.
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

  /** Returns the duration in nanoseconds, capped so that adding it to a time cannot overflow. */
  static long nanos(Duration duration) {
    return duration.compareTo(Duration.ofDays(10_000)) < 0
        ? duration.toNanos()
        : Duration.ofDays(10_000).toNanos();
  }
}
