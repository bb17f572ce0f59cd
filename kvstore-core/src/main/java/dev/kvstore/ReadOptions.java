package dev.kvstore;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How fresh a read must be. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * store.get("ui.theme", String.class, ReadOptions.atLeast(token));
 * }</pre>
 */
public final class ReadOptions {
  /** Accepts what the near-cache promises. */
  public static final ReadOptions DEFAULT = new ReadOptions(SyncToken.START, false);

  private final SyncToken atLeast;
  private final boolean bypassCache;

  private ReadOptions(SyncToken atLeast, boolean bypassCache) {
    this.atLeast = Objects.requireNonNull(atLeast, "atLeast");
    this.bypassCache = bypassCache;
  }

  /** Reads nothing older than this token. */
  public static ReadOptions atLeast(SyncToken token) {
    return new ReadOptions(token, false);
  }

  /** Reads from the database. */
  public ReadOptions bypassingCache() {
    return new ReadOptions(atLeast, true);
  }

  /** Returns the token that the result is at least as new as. */
  public SyncToken atLeast() {
    return atLeast;
  }

  /** Returns true if the read goes to the database, whatever a near-cache holds. */
  public boolean bypassCache() {
    return bypassCache;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ReadOptions that
        && atLeast.equals(that.atLeast)
        && bypassCache == that.bypassCache;
  }

  @Override
  public int hashCode() {
    return Objects.hash(atLeast, bypassCache);
  }

  @Override
  public String toString() {
    return "ReadOptions[atLeast=" + atLeast + ", bypassCache=" + bypassCache + "]";
  }
}
