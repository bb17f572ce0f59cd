package dev.kvstore;

import java.util.HexFormat;
import java.util.Objects;

/**
 * A point in the history of a database. Pass it to another process to read nothing older there, see
 * {@link ReadOptions#atLeast}. Tokens of one database are ordered by position; tokens of different
 * databases are not comparable.
 *
 * @param position grows with every write: the cluster time of MongoDB (seconds in the upper half, a
 *     counter in the lower), or a sequence number of SQLite; never negative
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
   * Parses the result of {@link #toString()}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the text is not a
   *     token
   */
  public static SyncToken parse(String text) {
    try {
      if (Objects.requireNonNull(text, "text").length() == 16) {
        return new SyncToken(Long.parseLong(text, 16));
      }
    } catch (IllegalArgumentException e) {
      // reported below
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
