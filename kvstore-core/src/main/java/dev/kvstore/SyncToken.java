package dev.kvstore;

import java.util.HexFormat;
import java.util.Objects;

/**
 * A point in the history of a database: whoever has seen it and hands it on can demand that a read
 * is not older. Tokens of one database are ordered by their position; those of different databases
 * mean nothing to each other.
 *
 * @param position grows with every write: the cluster time of MongoDB (seconds in the upper, a
 *     counter in the lower half), or a sequence number of SQLite; never negative
 */
public record SyncToken(long position) implements Comparable<SyncToken> {
  /** Before the first write. */
  public static final SyncToken START = new SyncToken(0);

  public SyncToken {
    if (position < 0) {
      throw new IllegalArgumentException("The position of a token is not negative");
    }
  }

  /**
   * Returns the token that {@link #toString()} gave this text for.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it gave it for none
   */
  public static SyncToken parse(String text) {
    try {
      if (Objects.requireNonNull(text, "text").length() == 16) {
        return new SyncToken(Long.parseLong(text, 16));
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw new InvalidInputException(
        ErrorCode.INVALID_PARAMETER, "A sync token has 16 hexadecimal digits, the first below 8");
  }

  /** Returns the later of the two. */
  public SyncToken max(SyncToken other) {
    return compareTo(Objects.requireNonNull(other, "other")) >= 0 ? this : other;
  }

  @Override
  public int compareTo(SyncToken other) {
    return Long.compare(position, other.position);
  }

  /** Returns an opaque text of 16 characters. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(position);
  }
}
