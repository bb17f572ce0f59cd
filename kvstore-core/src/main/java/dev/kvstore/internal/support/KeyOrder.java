package dev.kvstore.internal.support;

import java.util.Comparator;

/** The order of keys by their UTF-8 bytes; the natural order of strings is by UTF-16 code units. */
public final class KeyOrder implements Comparator<String> {
  public static final KeyOrder INSTANCE = new KeyOrder();

  private KeyOrder() {}

  @Override
  public int compare(String one, String other) {
    int common = Math.min(one.length(), other.length());
    for (int i = 0; i < common; i++) {
      if (one.charAt(i) != other.charAt(i)) {
        return Integer.compare(rank(one.charAt(i)), rank(other.charAt(i)));
      }
    }
    return Integer.compare(one.length(), other.length());
  }

  /**
   * Ranks surrogates last: characters outside the BMP come last in UTF-8, but their surrogates are
   * in the middle of UTF-16.
   */
  private static int rank(char unit) {
    return Character.isSurrogate(unit) ? unit + 0x10000 : unit;
  }
}
