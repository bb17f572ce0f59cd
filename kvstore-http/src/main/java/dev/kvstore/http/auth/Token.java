package dev.kvstore.http.auth;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.time.Instant;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A stored token, without its secret. Immutable.
 *
 * @param name the name of its user or purpose; becomes the author of writes
 * @param hash see {@link TokenSecret#hash}
 * @param createdAt null if unknown
 * @param expiresAt null if it does not expire
 */
public record Token(
    String name,
    Role role,
    Limits limits,
    String hash,
    @Nullable Instant createdAt,
    @Nullable Instant expiresAt) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  /** @throws InvalidInputException if the name or the hash is invalid */
  public Token {
    checkName(name);
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(limits, "limits");
    TokenSecret.checkHash(hash);
  }

  /**
   * Returns the name if it is valid: a letter or digit, then up to 63 letters, digits and
   * characters of {@code ._@-}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER}; the message does not
   *     repeat it, in case the secret was given instead of the name
   */
  public static String checkName(String name) {
    if (!NAME.matcher(name).matches() || name.startsWith(TokenSecret.PREFIX)) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The name of a token must be a letter or digit, then up to 63 letters, digits and"
              + " characters of ._@- and must not begin with " + TokenSecret.PREFIX
              + " as its secret does");
    }
    return name;
  }

  public boolean isExpiredAt(Instant now) {
    return expiresAt != null && !expiresAt.isAfter(now);
  }

  /** Returns true if both tokens have the same name and permissions. */
  boolean hasRightsOf(Token other) {
    return name.equals(other.name) && role == other.role && limits.equals(other.limits);
  }

  /** Returns the name and the role, but not the hash. */
  @Override
  public String toString() {
    return "Token[" + name + ", " + role.text() + "]";
  }
}
