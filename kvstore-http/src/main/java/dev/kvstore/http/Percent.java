package dev.kvstore.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Percent-encoding of UTF-8, strict in both directions, see RFC 3986. */
final class Percent {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

  private Percent() {}

  /** The text is not percent-encoded UTF-8; the message says why, as the end of a sentence. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    private MalformedException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Decodes a header, whose bytes the server takes for characters: what is no ASCII must be UTF-8,
   * as it is or percent-encoded.
   */
  static String decodeHeader(String header) throws MalformedException {
    boolean bytes = header.chars().allMatch(c -> c <= 0xFF);
    return decode(
        bytes ? utf8(ByteBuffer.wrap(header.getBytes(StandardCharsets.ISO_8859_1))) : header);
  }

  /** Decodes once. A {@code +} is a plus. */
  static String decode(String text) throws MalformedException {
    if (text.indexOf('\uFFFD') >= 0) {
      // The server puts this character where bytes were no UTF-8; one that is meant is encoded.
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
    return utf8(decoded.flip());
  }

  private static String utf8(ByteBuffer bytes) throws MalformedException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(bytes)
          .toString();
    } catch (CharacterCodingException e) {
      throw new MalformedException("is not UTF-8 when percent-decoded");
    }
  }

  /** Decodes the name or value of a query parameter, where a {@code +} is a space. */
  static String decodeQuery(String text) throws MalformedException {
    return decode(text.replace("+", "%20"));
  }

  /** Encodes all but the characters that never need it. */
  static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      if (UNRESERVED.indexOf(c) >= 0) {
        encoded.append(c);
      } else {
        encoded.append('%').append(HEX.toHexDigits(b));
      }
    }
    return encoded.toString();
  }
}
