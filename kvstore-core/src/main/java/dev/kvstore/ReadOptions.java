package dev.kvstore;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Options of a read: how fresh the result must be, or the past instant to read. Immutable; each
 * method returns a changed copy.
 *
 * <pre>{@code
 * store.get("ui.theme", String.class, ReadOptions.atLeast(token));
 * }</pre>
 */
public final class ReadOptions {
  /** Accepts entries within the bounds of the near-cache. */
  public static final ReadOptions DEFAULT = new ReadOptions(SyncToken.START, false, null);

  private final SyncToken atLeast;
  private final boolean bypassCache;
  private final @Nullable Instant at;

  private ReadOptions(SyncToken atLeast, boolean bypassCache, @Nullable Instant at) {
    this.atLeast = Objects.requireNonNull(atLeast, "atLeast");
    this.bypassCache = bypassCache;
    this.at = at;
  }

  /** Returns options to read nothing older than this token. */
  public static ReadOptions atLeast(SyncToken token) {
    return new ReadOptions(token, false, null);
  }

  /** Reads from the database. */
  public ReadOptions bypassingCache() {
    return new ReadOptions(atLeast, true, at);
  }

  /**
   * Reads the store as it was at this instant, inclusive, to the millisecond: each key's last
   * revision that is not after it. Reads from the database.
   *
   * <p>The read throws {@link KVException} with {@link ErrorCode#NO_HISTORY} if the store has no
   * history, and with {@link ErrorCode#HISTORY_GONE} if it does not reach back that far, and
   * {@link InvalidInputException} if the instant is in the future.
   *
   * @since 0.1.0
   */
  public ReadOptions at(Instant instant) {
    return new ReadOptions(atLeast, true, Objects.requireNonNull(instant, "at"));
  }

  /** Returns the token; the result is at least as new. */
  public SyncToken atLeast() {
    return atLeast;
  }

  /** Returns the instant to read as of; empty for the present. */
  public Optional<Instant> at() {
    return Optional.ofNullable(at);
  }

  /** Returns true if the read goes to the database regardless of the near-cache. */
  public boolean bypassCache() {
    return bypassCache;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ReadOptions that
        && atLeast.equals(that.atLeast)
        && bypassCache == that.bypassCache
        && Objects.equals(at, that.at);
  }

  @Override
  public int hashCode() {
    return Objects.hash(atLeast, bypassCache, at);
  }

  @Override
  public String toString() {
    return "ReadOptions[atLeast=" + atLeast + ", bypassCache=" + bypassCache
        + (at == null ? "]" : ", at=" + at + "]");
  }
}
