package dev.kvstore.spi;

import dev.kvstore.KVQuery;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The keys with a prefix that come after a key, in the order of UTF-8 bytes.
 *
 * @param prefix empty for all keys
 * @param after the key before the first, or null to start at the beginning
 */
public record KeyRange(String prefix, @Nullable String after) {
  public static final KeyRange ALL = new KeyRange("", null);

  public KeyRange {
    Objects.requireNonNull(prefix, "prefix");
  }

  public static KeyRange of(KVQuery query) {
    Objects.requireNonNull(query, "query");
    return new KeyRange(query.prefix(), query.after().orElse(null));
  }

  /** Returns the rest of this range after that key. */
  public KeyRange after(String key) {
    return new KeyRange(prefix, key);
  }

  /**
   * Returns the smallest text after every key with the prefix, in the order of UTF-8 bytes, or null
   * if there is none: the prefix with its last code point incremented, cut there.
   */
  public @Nullable String endExclusive() {
    int end = prefix.length();
    while (end > 0) {
      int last = prefix.codePointBefore(end);
      int start = end - Character.charCount(last);
      if (last < Character.MAX_CODE_POINT) {
        int next = last + 1;
        // Surrogates are not characters and have no UTF-8 encoding: U+E000 follows U+D7FF.
        if (next >= Character.MIN_SURROGATE && next <= Character.MAX_SURROGATE) {
          next = Character.MAX_SURROGATE + 1;
        }
        return prefix.substring(0, start) + Character.toString(next);
      }
      end = start;
    }
    return null;
  }
}
