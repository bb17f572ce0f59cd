package dev.kvstore.http.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.internal.support.Sha256;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The secret of a token, by which a caller authenticates.
 *
 * <p>Stored as plain SHA-256. Salting and slow hashing protect passwords, which people choose and
 * others can guess; 256 random bits cannot be guessed at any speed, and each request must compute
 * the hash.
 */
public final class TokenSecret {
  /** The prefix by which people and secret scanners recognize a secret. */
  public static final String PREFIX = "kvs_";

  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  /**
   * The characters that RFC 6750 allows in a header, at least as many as 128 random bits have in
   * hexadecimal.
   */
  private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9._~+/-]{32,256}=*");

  private TokenSecret() {}

  public static String generate() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Returns the hash of the secret: 64 lower-case hexadecimal digits. */
  public static String hash(String secret) {
    return HexFormat.of().formatHex(Sha256.of(secret.getBytes(UTF_8)));
  }

  /** Compares two hashes in constant time. */
  static boolean isSame(String hash, String other) {
    return MessageDigest.isEqual(hash.getBytes(UTF_8), other.getBytes(UTF_8));
  }

  static String checkHash(String hash) {
    if (!HASH.matcher(hash).matches()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The SHA-256 of a secret must be 64 hexadecimal digits in small letters");
    }
    return hash;
  }

  /** Returns the secret, which was chosen by a person, if it is valid. */
  static String check(String secret) {
    if (!SECRET.matcher(secret).matches()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "A secret must have 32 to 256 letters, digits and characters of -._~+/ and should be"
              + " random, for example from: openssl rand -hex 32");
    }
    return secret;
  }
}
