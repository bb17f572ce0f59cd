package dev.kvstore.internal.support;

/** Text as it can be shown in a line of a terminal. */
public final class Texts {
  private Texts() {}

  /** Returns the text without anything by which a terminal would leave the line or be steered. */
  public static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c == '\n' || c == '\r' || c == '\t' ? ' ' : steers(c) ? '\uFFFD' : c)
        .forEach(line::appendCodePoint);
    return line.toString();
  }

  /**
   * Returns the text as it can be shown on a terminal, over several lines where it has several:
   * what would steer the terminal is written as JSON escapes it.
   */
  public static String visible(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> {
      if (steers(c) && c != '\n' && c != '\t') {
        shown.append(escape(c));
      } else {
        shown.appendCodePoint(c);
      }
    });
    return shown.toString();
  }

  /** Returns a character that {@link #steers} as JSON, YAML and properties escape it. */
  public static String escape(int c) {
    return "\\u%04X".formatted(c);
  }

  /** Returns at most so many characters of the text, the last a "…" where more were there. */
  public static String shortened(String text, int length) {
    if (text.codePointCount(0, text.length()) <= length) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, Math.max(length - 1, 0))) + "…";
  }

  /**
   * Returns whether a character controls the terminal, turns the direction of text, or is unseen.
   */
  public static boolean steers(int c) {
    return Character.isISOControl(c)
        || c == 0x061C
        || c == 0xFEFF
        || c == 0x200E
        || c == 0x200F
        || (c >= 0x2028 && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069);
  }
}
