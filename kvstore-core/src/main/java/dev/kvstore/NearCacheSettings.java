package dev.kvstore;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a near-cache behaves. Immutable and thread-safe; make one with {@link #builder()}. */
public final class NearCacheSettings {
  /** What the builder gives when nothing is set. */
  public static final NearCacheSettings DEFAULT = builder().build();

  /** What a read gets when the cache cannot vouch for what it holds. */
  public enum PastBound {
    /** What the database says, and an error where it cannot be asked. */
    READ_THROUGH,
    /**
     * What the database says, and where it cannot be asked what the cache holds, marked as
     * {@link dev.kvstore.KVEntry#stale}; an error where it holds nothing.
     */
    SERVE_STALE
  }

  private final Builder values;

  private NearCacheSettings(Builder values) {
    this.values = new Builder(values);
  }

  /** Returns a builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder with these settings. */
  public Builder toBuilder() {
    return new Builder(values);
  }

  public long maximumBytes() {
    return values.maximumBytes;
  }

  public Duration stalenessBound() {
    return values.stalenessBound;
  }

  public Duration partitionBound() {
    return values.partitionBound;
  }

  public PastBound pastBound() {
    return values.pastBound;
  }

  public Duration absenceTimeToLive() {
    return values.absenceTimeToLive;
  }

  public Optional<Duration> timeToLive() {
    return Optional.ofNullable(values.timeToLive);
  }

  public boolean exactBound() {
    return values.exactBound;
  }

  /** Collects settings. Not thread-safe. */
  public static final class Builder {
    private long maximumBytes = 64L * 1024 * 1024;
    private Duration stalenessBound = Duration.ofSeconds(2);
    private Duration partitionBound = Duration.ofSeconds(15);
    private PastBound pastBound = PastBound.READ_THROUGH;
    private Duration absenceTimeToLive = Duration.ofSeconds(5);
    private @Nullable Duration timeToLive;
    private boolean exactBound;

    private Builder() {}

    private Builder(Builder other) {
      maximumBytes = other.maximumBytes;
      stalenessBound = other.stalenessBound;
      partitionBound = other.partitionBound;
      pastBound = other.pastBound;
      absenceTimeToLive = other.absenceTimeToLive;
      timeToLive = other.timeToLive;
      exactBound = other.exactBound;
    }

    /**
     * How much the cache may hold, in bytes, with what it takes to hold it; 64 MiB by default. What
     * is used least goes first. The caches of a database's stores share it.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder maximumBytes(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("maximumBytes is " + bytes + ", it must be positive");
      }
      maximumBytes = bytes;
      return this;
    }

    /**
     * How old a cached entry may at most be while the database answers somebody else but not us; 2
     * seconds by default. The feed of changes must answer several times within it.
     *
     * @throws IllegalArgumentException if it is shorter than 100 milliseconds
     */
    public Builder stalenessBound(Duration bound) {
      stalenessBound = atLeast("stalenessBound", Duration.ofMillis(100), bound);
      return this;
    }

    /**
     * How old a cached entry may at most be while a server answers that is cut off from the others
     * of its replica set and does not know it yet; 15 seconds by default. Must be longer than the
     * time after which an idle database tells of a new position, about 10 seconds, unless something
     * writes more often. Ignored where the feed has no positions.
     *
     * @throws IllegalArgumentException if it is shorter than 100 milliseconds
     */
    public Builder partitionBound(Duration bound) {
      partitionBound = atLeast("partitionBound", Duration.ofMillis(100), bound);
      return this;
    }

    /** What a read gets past these bounds; {@link PastBound#READ_THROUGH} by default. */
    public Builder pastBound(PastBound policy) {
      pastBound = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * How long it is remembered that a key has no entry; 5 seconds by default, zero for not at all.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder absenceTimeToLive(Duration time) {
      absenceTimeToLive = atLeast("absenceTimeToLive", Duration.ZERO, time);
      return this;
    }

    /**
     * For a database that cannot tell of changes: what was read is served for this long, whatever
     * else is known of the database, and so is stale by as much at most. By default there is none,
     * and nothing is served that the feed of changes does not vouch for.
     *
     * @throws IllegalArgumentException if it is shorter than 100 milliseconds
     */
    public Builder timeToLive(Duration time) {
      timeToLive = atLeast("timeToLive", Duration.ofMillis(100), time);
      return this;
    }

    /**
     * Whether each hit compares the time with the bounds; false by default. Otherwise a thread does
     * so every 25 milliseconds, which keeps a hit at one lookup and one volatile read. The
     * difference shows after the process itself was stopped, by SIGSTOP, a paused virtual machine
     * or a long garbage collection: a read that begins in the moment before that thread runs again
     * can return an entry that is older than the bounds by as long as the process was stopped. With
     * an exact bound it cannot, and a hit takes some 20 nanoseconds longer.
     *
     * <p>The time is that of {@link System#nanoTime}. It does not help on a machine whose monotonic
     * clock stands still while it is suspended.
     */
    public Builder exactBound(boolean exact) {
      exactBound = exact;
      return this;
    }

    public NearCacheSettings build() {
      return new NearCacheSettings(this);
    }

    private static Duration atLeast(String name, Duration least, Duration value) {
      if (Objects.requireNonNull(value, name).compareTo(least) < 0) {
        throw new IllegalArgumentException(name + " is " + Durations.format(value)
            + ", it must be at least " + Durations.format(least));
      }
      return value;
    }
  }
}
