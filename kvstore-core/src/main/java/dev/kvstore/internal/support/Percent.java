package dev.kvstore.internal.support;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Percent-encoding of UTF-8 as in RFC 3986, strict in both directions. */
public final class Percent {
  private Percent() {}

  /**
   * Encodes all but the unreserved characters.
   *
   * @param what names the text in the error
   * @throws InvalidInputException if it has an unpaired surrogate, which has no UTF-8 encoding
   */
  public static String encode(String what, String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The " + what + " has half of a surrogate pair, which is no character");
    }
    // Fix the differences from form encoding.
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  /** Like {@link #encode(String, String)}, but keeps {@code /}, which is allowed in a path. */
  public static String encodePath(String what, String text) {
    return encode(what, text).replace("%2F", "/");
  }

  /**
   * Thrown if a text is not percent-encoded UTF-8; the message is the end of a sentence that says
   * why.
   */
  public static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    private MalformedException(String message) {
      super(message, null, false, false);
    }
  }

  /** Decodes a header, which the server reads as single bytes: plain or percent-encoded UTF-8. */
  public static String decodeHeader(String header) throws MalformedException {
    boolean bytes = header.chars().allMatch(c -> c <= 0xFF);
    return decode(
        bytes ? text(ByteBuffer.wrap(header.getBytes(StandardCharsets.ISO_8859_1))) : header);
  }

  /** Decodes the text once. A {@code +} is a plus. */
  public static String decode(String text) throws MalformedException {
    if (text.indexOf('\uFFFD') >= 0) {
      // The server substitutes this character for bytes that are not UTF-8; an intended one is
      // percent-encoded.
      throw new MalformedException("has bytes that are not UTF-8");
    }
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer decoded = ByteBuffer.allocate(encoded.length);
    for (int i = 0; i < encoded.length; i++) {
      if (encoded[i] != '%') {
        decoded.put(encoded[i]);
        continue;
      }
      if (i + 2 >= encoded.length
          || !HexFormat.isHexDigit(encoded[i + 1])
          || !HexFormat.isHexDigit(encoded[i + 2])) {
        throw new MalformedException("has a '%' that two hexadecimal digits do not follow");
      }
      int value =
          HexFormat.fromHexDigit(encoded[i + 1]) * 16 + HexFormat.fromHexDigit(encoded[i + 2]);
      decoded.put((byte) value);
      i += 2;
    }
    return text(decoded.flip());
  }

  private static String text(ByteBuffer bytes) throws MalformedException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedException("is not UTF-8 when percent-decoded");
    }
  }

  /** Decodes the name or value of a query parameter, where a {@code +} is a space. */
  public static String decodeQuery(String text) throws MalformedException {
    return decode(text.replace("+", "%20"));
  }
}
