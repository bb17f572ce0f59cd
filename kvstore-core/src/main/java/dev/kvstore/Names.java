package dev.kvstore;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Pattern;

/** The rules for keys, store names and etags. */
public final class Names {
  /** The maximum length of a key in UTF-8 bytes. */
  public static final int MAX_KEY_BYTES = 512;

  /** All zeros stand for the etag of an entry that has none. */
  private static final Pattern CHOSEN_ETAG = Pattern.compile("(?!0{24})[0-9a-f]{24}");

  private static final Pattern STORE = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

  private static final int MAX_COMMENT = 500;

  private static final Pattern INSTANT = Pattern.compile("\\d{4}-\\d\\d-\\d\\d[Tt].*");

  private Names() {}

  /**
   * Returns the key if it is valid: 1 to 512 bytes of UTF-8, no control characters, no unpaired
   * surrogates; {@code /} separates segments, none of which is empty, {@code .} or {@code ..}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_KEY}, naming the broken rule
   */
  public static String checkKey(String key) {
    Objects.requireNonNull(key, "key");
    for (int i = 0; i < key.length(); i = key.offsetByCodePoints(i, 1)) {
      int c = key.codePointAt(i);
      if (Character.isISOControl(c)) {
        throw invalidKey(key, "has a control character (U+%04X) at index %d".formatted(c, i));
      }
      if (isHalf(c)) {
        throw invalidKey(
            key, "has half of a surrogate pair at index %d, which is no character".formatted(i));
      }
    }
    for (String segment : key.split("/", -1)) {
      checkSegment(key, segment);
    }
    int bytes = key.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_KEY_BYTES) {
      throw invalidKey(key, "has %d bytes in UTF-8, more than %d".formatted(bytes, MAX_KEY_BYTES));
    }
    return key;
  }

  /**
   * Returns the store name if it is valid: an ASCII letter, then up to 63 letters, digits,
   * {@code _} and {@code -}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_STORE}
   */
  public static String checkStore(String name) {
    Objects.requireNonNull(name, "store");
    if (!STORE.matcher(name).matches()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_STORE,
          "The store name '" + shown(name)
              + "' must be a letter, then up to 63 letters, digits, '_' and '-'");
    }
    return name;
  }

  /**
   * Returns the etag if a caller may choose it for a write: 24 lower-case hexadecimal digits, not
   * all zero.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER}
   */
  public static String checkEtag(String etag) {
    if (!CHOSEN_ETAG.matcher(Objects.requireNonNull(etag, "etag")).matches()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The etag of a write must be 24 hexadecimal digits in small letters, not all of them"
              + " zero");
    }
    return etag;
  }

  /**
   * Returns the text if it is valid as an author or prefix: at most 512 characters, no control
   * characters, no unpaired surrogates.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER}
   */
  static String checkText(String what, String text) {
    Objects.requireNonNull(text, what);
    boolean legal = text.length() <= 512
        && text.codePoints().noneMatch(c -> Character.isISOControl(c) || isHalf(c));
    if (!legal) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The " + what + " '" + shown(text)
              + "' must have at most 512 characters, none of them a control character"
              + " or half of a surrogate pair");
    }
    return text;
  }

  /**
   * Returns the comment if it is valid: at most 500 characters, no unpaired surrogates, no control
   * characters except line breaks and tabs.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER}
   */
  static String checkComment(String comment) {
    Objects.requireNonNull(comment, "comment");
    boolean legal = comment.length() <= MAX_COMMENT
        && comment
            .codePoints()
            .noneMatch(c -> (Character.isISOControl(c) && c != '\n' && c != '\t') || isHalf(c));
    if (!legal) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The comment must have at most " + MAX_COMMENT + " characters, none of them half of a"
              + " surrogate pair or a control character other than a line break or a tab");
    }
    return comment;
  }

  /**
   * Returns the name if it is valid for a label: 1 to 100 characters, no control characters, no
   * unpaired surrogates, no space at either end, and not an instant such as
   * {@code 2026-01-31T12:00:00Z}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER}
   */
  public static String checkLabel(String name) {
    Objects.requireNonNull(name, "label");
    boolean legal = !name.isBlank()
        && name.length() <= 100
        && name.strip().equals(name)
        && !INSTANT.matcher(name).matches()
        && name.codePoints().noneMatch(c -> Character.isISOControl(c) || isHalf(c));
    if (!legal) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The label '" + shown(name) + "' must have 1 to 100 characters, no space at either end,"
              + " no control character, and must not be an instant");
    }
    return name;
  }

  /** Returns true if {@link #checkStore} accepts the name. */
  public static boolean isStore(String name) {
    return STORE.matcher(Objects.requireNonNull(name, "name")).matches();
  }

  private static void checkSegment(String key, String segment) {
    if (segment.isEmpty()) {
      throw invalidKey(key, key.isEmpty() ? "is empty" : "has an empty segment");
    }
    if (segment.equals(".") || segment.equals("..")) {
      throw invalidKey(key, "has a segment '" + segment + "'");
    }
  }

  private static InvalidInputException invalidKey(String key, String problem) {
    return new InvalidInputException(
        ErrorCode.INVALID_KEY, "The key '" + shown(key) + "' " + problem);
  }

  private static boolean isHalf(int codePoint) {
    return Character.getType(codePoint) == Character.SURROGATE;
  }

  /** Returns the name for a message: on one line and shortened. */
  private static String shown(String name) {
    StringBuilder shown = new StringBuilder();
    name.codePoints()
        .limit(80)
        .map(c -> Character.isISOControl(c) || isHalf(c) ? '\uFFFD' : c)
        .forEach(shown::appendCodePoint);
    return shown.length() < name.length() ? shown + "…" : shown.toString();
  }
}
