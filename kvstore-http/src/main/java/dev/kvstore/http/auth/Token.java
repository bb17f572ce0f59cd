package dev.kvstore.http.auth;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.time.Instant;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A token as it is kept: all of it but the secret. Immutable.
 *
 * @param name of whom or what it is for; becomes the author of what is written with it
 * @param hash see {@link TokenSecret#hash}
 * @param createdAt null where it is not known
 * @param expiresAt null where it does not expire
 */
public record Token(
    String name,
    Role role,
    Limits limits,
    String hash,
    @Nullable Instant createdAt,
    @Nullable Instant expiresAt) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  /** @throws InvalidInputException if the name is none or the hash is none */
  public Token {
    checkName(name);
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(limits, "limits");
    TokenSecret.checkHash(hash);
  }

  /**
   * Returns the name, if it can be one: a letter or digit, then up to 63 letters, digits and
   * characters of {@code ._@-}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER}; the message does not
   *     repeat it, in case somebody took the secret for the name
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

  /** Returns true if this token is known by the same name and may do the same. */
  boolean hasRightsOf(Token other) {
    return name.equals(other.name) && role == other.role && limits.equals(other.limits);
  }

  /** Returns the name and the role; not the hash, which is nobody's business. */
  @Override
  public String toString() {
    return "Token[" + name + ", " + role.text() + "]";
  }
}
