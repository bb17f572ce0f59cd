package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * Which keys a listing shows, and how many at once. Immutable; each method returns a changed copy.
 *
 * @param prefix the keys begin with this text; empty for all
 * @param after the keys come after this one in the order of UTF-8 bytes, or null to begin with the
 *     first
 * @param limit the most items of a page
 */
public record KVQuery(String prefix, @Nullable String after, int limit) {
  /** The most items that a page may have. */
  public static final int MAX_LIMIT = 1000;

  /** All keys, 100 a page. */
  public static final KVQuery ALL = new KVQuery("", null, 100);

  /**
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the limit is not from
   *     1 to 1000
   */
  public KVQuery {
    Names.checkText("prefix", prefix);
    if (after != null) {
      Names.checkText("key to come after", after);
    }
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The limit is " + limit + ", it must be from 1 to " + MAX_LIMIT);
    }
  }

  /** The keys that begin with this text. */
  public static KVQuery prefix(String prefix) {
    return new KVQuery(prefix, null, ALL.limit());
  }

  /** Only keys that come after this one; {@link KVPage#nextAfter()} is the one to pass. */
  public KVQuery after(@Nullable String key) {
    return new KVQuery(prefix, key, limit);
  }

  /** At most so many items a page. */
  public KVQuery limit(int items) {
    return new KVQuery(prefix, after, items);
  }
}
