package dev.kvstore;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Settings of a near-cache. Immutable; create one with {@link #builder()}. */
public final class NearCacheSettings {
  /** The defaults of the builder. */
  public static final NearCacheSettings DEFAULT = builder().build();

  /** The behavior of a read when the cache cannot prove that it is up to date. */
  public enum PastBound {
    /** Reads from the database, and fails if it cannot be reached. */
    READ_THROUGH,
    /**
     * Reads from the database. If it cannot be reached, returns the cached entry marked as
     * {@link dev.kvstore.KVEntry#stale}, and fails if there is none.
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
     * Sets the maximum size of the cache in bytes, including overhead; 64 MiB by default. The least
     * used entries are evicted first. All stores of a database share this size.
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
     * Sets how old a cached entry may be while the database does not answer this process; 2 seconds
     * by default. The change feed must answer several times within this time.
     *
     * @throws IllegalArgumentException if it is shorter than 100 milliseconds
     */
    public Builder stalenessBound(Duration bound) {
      stalenessBound = atLeast("stalenessBound", Duration.ofMillis(100), bound);
      return this;
    }

    /**
     * Sets how old a cached entry may be while this process reaches only a server that is cut off
     * from its replica set; 15 seconds by default. Must exceed the interval at which an idle
     * database reports a new position, about 10 seconds, unless something writes more often.
     * Ignored if the change feed has no positions.
     *
     * @throws IllegalArgumentException if it is shorter than 100 milliseconds
     */
    public Builder partitionBound(Duration bound) {
      partitionBound = atLeast("partitionBound", Duration.ofMillis(100), bound);
      return this;
    }

    /** Sets what a read does past these bounds; {@link PastBound#READ_THROUGH} by default. */
    public Builder pastBound(PastBound policy) {
      pastBound = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Sets how long the absence of a key is cached; 5 seconds by default, zero to not cache it.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder absenceTimeToLive(Duration time) {
      absenceTimeToLive = atLeast("absenceTimeToLive", Duration.ZERO, time);
      return this;
    }

    /**
     * Sets a time to live for a database without a change feed: entries are served for this long
     * after they were read, and may be stale by as much. By default there is none, and only entries
     * covered by a change feed are served.
     *
     * @throws IllegalArgumentException if it is shorter than 100 milliseconds
     */
    public Builder timeToLive(Duration time) {
      timeToLive = atLeast("timeToLive", Duration.ofMillis(100), time);
      return this;
    }

    /**
     * Sets whether each hit compares the time with the bounds; false by default. By default a
     * thread does so every 25 milliseconds, so that a hit costs one lookup and one volatile read.
     * The difference matters after the process was suspended by SIGSTOP, a paused virtual machine
     * or a long garbage collection: until that thread runs again, a read can return an entry that
     * exceeds the bounds by the length of the suspension. An exact bound prevents that and adds
     * about 20 nanoseconds to a hit.
     *
     * <p>The time is {@link System#nanoTime}, so this does not help if the monotonic clock stops
     * while the machine is suspended.
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
