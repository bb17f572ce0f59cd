package dev.kvstore.client.internal.request;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Percent-encoding as in RFC 3986: every byte of UTF-8 but those of the unreserved characters. */
public final class Percent {
  private static final String MARKS = "-._~";
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private Percent() {}

  /**
   * @param what names the text in the error
   * @throws InvalidInputException if it has half of a surrogate pair, which has no UTF-8
   */
  public static String encode(String what, String text) {
    return encode(what, text, "");
  }

  /** As {@link #encode(String, String)}, but the {@code /} stays, as it may in a path. */
  public static String encodePath(String what, String text) {
    return encode(what, text, "/");
  }

  private static String encode(String what, String text, String kept) {
    ByteBuffer bytes = utf8(what, text);
    StringBuilder encoded = new StringBuilder(bytes.remaining() + 16);
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      if (isUnreserved(b) || kept.indexOf(b) >= 0) {
        encoded.append((char) b);
      } else {
        encoded.append('%').append(HEX.toHexDigits(b));
      }
    }
    return encoded.toString();
  }

  private static ByteBuffer utf8(String what, String text) {
    try {
      return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The " + what + " has half of a surrogate pair, which is no character",
          e);
    }
  }

  private static boolean isUnreserved(byte b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || MARKS.indexOf(b) >= 0;
  }
}
