package dev.kvstore.cache;

import java.time.Duration;
import java.time.Instant;

/**
 * What the cache knows of the feed: where it is, and until when its last answers vouch for what is
 * held. Thread-safe.
 *
 * <p>An answer proves that all changes are known up to the moment when the source was asked. That
 * was after the call before had returned, so the leases run from there: however long this process
 * or the way to it were stopped meanwhile, they do not promise too much.
 */
class Freshness {
  private final CacheClock clock;
  private final boolean timed;
  private final long stalenessBound;
  private final long partitionBound;

  /** What each hit reads. */
  private volatile boolean serving;

  private volatile boolean positioned;
  private volatile long position;

  // Guarded by this.
  private boolean closed;
  private long told;
  private long provedAt;
  private long answeredUntil;
  private long advancedUntil;
  private Instant since;

  Freshness(NearCacheSettings settings, CacheClock clock) {
    this.clock = clock;
    this.timed = settings.timeToLive().isPresent();
    this.stalenessBound = nanos(settings.stalenessBound());
    this.partitionBound = nanos(settings.partitionBound());
    this.since = Instant.ofEpochMilli(clock.millis());
    this.serving = timed;
  }

  /** Whether what is held may be served. Look at this first, and for what is held after it. */
  boolean isServing() {
    return serving;
  }

  /**
   * Whether what is read from now on may be held: no change to it will be missed, or it is held for
   * a short time only. To be asked when the slot is in the map.
   */
  boolean mayKeep() {
    return positioned || timed;
  }

  /** Everything that happened up to here has been applied. */
  long position() {
    return position;
  }

  synchronized void positioned(long at) {
    position = at;
    positioned = true;
    told = clock.nanos();
    provedAt = told;
    answeredUntil = told + stalenessBound;
    advancedUntil = told + partitionBound;
    update();
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
    provedAt = told;
    answeredUntil = told + stalenessBound;
    told = clock.nanos();
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
    boolean serve = !closed && (timed || (positioned && leased(clock.nanos() + CacheClock.TICK)));
    if (serve != serving) {
      since = Instant.ofEpochMilli(clock.millis());
      serving = serve;
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
