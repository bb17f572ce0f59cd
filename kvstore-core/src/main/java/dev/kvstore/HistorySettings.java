package dev.kvstore;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a store's history: whether it is recorded, and how much of it is kept. Immutable;
 * each method returns a changed copy. The current revision of an entry is always kept.
 *
 * @since 0.1.0
 */
public final class HistorySettings {
  /** Keeps every revision for 90 days after it was replaced. */
  public static final HistorySettings DEFAULT = new HistorySettings(true, Duration.ofDays(90), 0);

  /**
   * Records no history, and refuses to read an earlier one. Revisions recorded earlier are removed
   * after 90 days.
   */
  public static final HistorySettings OFF = new HistorySettings(false, Duration.ofDays(90), 0);

  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final boolean enabled;
  private final @Nullable Duration retention;
  private final int revisions;

  private HistorySettings(boolean enabled, @Nullable Duration retention, int revisions) {
    this.enabled = enabled;
    this.retention = retention;
    this.revisions = revisions;
  }

  /**
   * Keeps a revision for this long after it was replaced.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from one
   *     second to 100 years
   */
  public HistorySettings retention(Duration newRetention) {
    Objects.requireNonNull(newRetention, "retention");
    if (newRetention.compareTo(Duration.ofSeconds(1)) < 0 || newRetention.compareTo(LONGEST) > 0) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The retention of the history is " + Durations.format(newRetention)
              + ", it must be from 1s to " + Durations.format(LONGEST));
    }
    return new HistorySettings(enabled, newRetention, revisions);
  }

  /** Keeps revisions forever, unless their number is limited. */
  public HistorySettings forever() {
    return new HistorySettings(enabled, null, revisions);
  }

  /**
   * Keeps at most this many revisions of each key, including the current one.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is less than 1
   */
  public HistorySettings revisions(int most) {
    if (most < 1) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The number of revisions to keep is " + most + ", it must be at least 1");
    }
    return new HistorySettings(enabled, retention, most);
  }

  public boolean isEnabled() {
    return enabled;
  }

  /** Returns how long a replaced revision is kept; empty for forever. */
  public Optional<Duration> retention() {
    return Optional.ofNullable(retention);
  }

  /** Returns how many revisions of a key are kept; empty for no limit. */
  public OptionalInt revisions() {
    return revisions == 0 ? OptionalInt.empty() : OptionalInt.of(revisions);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HistorySettings that
        && enabled == that.enabled
        && Objects.equals(retention, that.retention)
        && revisions == that.revisions;
  }

  @Override
  public int hashCode() {
    return Objects.hash(enabled, retention, revisions);
  }

  @Override
  public String toString() {
    return "HistorySettings[enabled=" + enabled + ", retention=" + retention + ", revisions="
        + revisions + "]";
  }
}
