package dev.kvstore.internal.support;

/** Formats text for a terminal. */
public final class Texts {
  private Texts() {}

  /** Returns the text on one line, without characters that control a terminal. */
  public static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c == '\n' || c == '\r' || c == '\t' ? ' ' : steers(c) ? '\uFFFD' : c)
        .forEach(line::appendCodePoint);
    return line.toString();
  }

  /**
   * Returns the text for a terminal, keeping its lines: characters that control the terminal are
   * escaped as in JSON.
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

  /** Escapes a character that {@link #steers} a terminal as in JSON, YAML and properties. */
  public static String escape(int c) {
    return "\\u%04X".formatted(c);
  }

  /** Returns the text cut to this length; a cut text ends with "…". */
  public static String shortened(String text, int length) {
    if (text.codePointCount(0, text.length()) <= length) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, Math.max(length - 1, 0))) + "…";
  }

  /**
   * Returns true if a character controls the terminal, changes the direction of text, or is
   * invisible.
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
