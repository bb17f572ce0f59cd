package dev.kvstore;

import java.util.Objects;

/**
 * How fresh a read must be. Immutable; each method returns a changed copy.
 *
 * @param atLeast what is read is not older than this point
 * @param bypassCache whether the read goes to the database, whatever a near-cache holds
 */
public record ReadOptions(SyncToken atLeast, boolean bypassCache) {
  /** What the near-cache promises is fresh enough. */
  public static final ReadOptions DEFAULT = new ReadOptions(SyncToken.START, false);

  public ReadOptions {
    Objects.requireNonNull(atLeast, "atLeast");
  }

  /** A read that is not older than what this token stands for. */
  public static ReadOptions atLeast(SyncToken token) {
    return new ReadOptions(token, false);
  }

  /** A read that asks the database. */
  public ReadOptions bypassingCache() {
    return new ReadOptions(atLeast, true);
  }
}
