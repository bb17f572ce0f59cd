package dev.kvstore;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The keys of a listing and its page size. Immutable; each method returns a changed copy. */
public final class KVQuery {
  /** The largest page size. */
  public static final int MAX_LIMIT = 1000;

  /** Selects all keys, 100 per page. */
  public static final KVQuery ALL = new KVQuery("", null, 100);

  private final String prefix;
  private final @Nullable String after;
  private final int limit;

  private KVQuery(String prefix, @Nullable String after, int limit) {
    this.prefix = prefix;
    this.after = after;
    this.limit = limit;
  }

  /** Selects the keys that begin with this text; the empty text matches all keys. */
  public static KVQuery prefix(String prefix) {
    return new KVQuery(Names.checkText("prefix", prefix), null, ALL.limit);
  }

  /** Selects the keys after this one, which need not exist, see {@link KVPage#next()}. */
  public KVQuery after(String key) {
    return new KVQuery(prefix, Names.checkText("key to come after", key), limit);
  }

  /**
   * Sets the page size.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from 1 to
   *     1000
   */
  public KVQuery limit(int items) {
    if (items < 1 || items > MAX_LIMIT) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The limit is " + items + ", it must be from 1 to " + MAX_LIMIT);
    }
    return new KVQuery(prefix, after, items);
  }

  public String prefix() {
    return prefix;
  }

  public Optional<String> after() {
    return Optional.ofNullable(after);
  }

  public int limit() {
    return limit;
  }
}
