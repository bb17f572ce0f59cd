package dev.kvstore.http.auth;

import dev.kvstore.UnavailableException;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.ProblemException;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells who asks, by the {@code Authorization} header of RFC 6750. Thread-safe; never blocks.
 *
 * @param tokens those of now; may throw {@link UnavailableException}
 * @param openWithoutTokens whether everybody may do everything for as long as nobody has made a
 *     token; otherwise nobody may do anything
 */
public record Authenticator(Supplier<Tokens> tokens, boolean openWithoutTokens, Clock clock) {
  private static final String SCHEME = "bearer";

  /** Returns true while everybody may do everything; false where that is not known. */
  public boolean isOpenToAll() {
    return openWithoutTokens && !configuredNow();
  }

  /** Throws {@link UnavailableException} if the tokens cannot be read. */
  public void checkTokens() {
    Tokens unused = tokens.get();
  }

  /**
   * Returns who asks with these {@code Authorization} headers.
   *
   * @throws ProblemException if nobody is known by them; it says what they lack, never what they
   *     had
   */
  public Principal authenticate(List<String> headers) {
    Tokens known = tokens.get();
    if (headers.size() > 1) {
      throw unauthenticated("There is more than one Authorization header", true);
    }
    String secret = headers.isEmpty() ? null : secret(headers.get(0));
    if (secret != null) {
      // Also where no token is asked for: who shows one relies on it.
      return known(known, secret);
    }
    if (known.configured() || !openWithoutTokens) {
      throw unauthenticated(
          "This needs a token, in the header: Authorization: Bearer <token>", false);
    }
    return Principal.anonymous(() -> !configuredNow());
  }

  private Principal known(Tokens known, String secret) {
    Token token = known.find(secret);
    if (token == null || token.isExpiredAt(clock.instant())) {
      throw unauthenticated("The token is not known, was revoked or expired", true);
    }
    return Principal.of(token, () -> isGood(token));
  }

  private static ProblemException unauthenticated(String detail, boolean wrongToken) {
    return new ProblemException(new Problem(ErrorKind.UNAUTHENTICATED, detail)
        .withHeader("WWW-Authenticate", wrongToken ? "Bearer error=\"invalid_token\"" : "Bearer"));
  }

  private boolean isGood(Token token) {
    try {
      Token now = tokens.get().withHash(token.hash());
      return now != null && now.hasRightsOf(token) && !now.isExpiredAt(clock.instant());
    } catch (UnavailableException e) {
      return false;
    }
  }

  private boolean configuredNow() {
    try {
      return tokens.get().configured();
    } catch (UnavailableException e) {
      return true;
    }
  }

  /** Returns what follows the scheme, or null where it is another, such as that of a proxy. */
  private static @Nullable String secret(String header) {
    String credentials = header.strip();
    int blank = credentials.indexOf(' ');
    String scheme = blank < 0 ? credentials : credentials.substring(0, blank);
    if (!scheme.equalsIgnoreCase(SCHEME)) {
      return null;
    }
    return blank < 0 ? "" : credentials.substring(blank).stripLeading();
  }
}
