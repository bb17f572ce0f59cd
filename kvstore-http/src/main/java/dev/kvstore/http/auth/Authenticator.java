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
 * Authenticates callers by the {@code Authorization} header of RFC 6750. Thread-safe; never blocks.
 *
 * @param tokens returns the current tokens; may throw {@link UnavailableException}
 * @param openWithoutTokens true if everyone has full access until the first token is created;
 *     otherwise no one has access until then
 */
public record Authenticator(Supplier<Tokens> tokens, boolean openWithoutTokens, Clock clock) {
  private static final String SCHEME = "bearer";

  /** Returns true while everyone has full access; false if unknown. */
  public boolean isOpenToAll() {
    return openWithoutTokens && !configuredNow();
  }

  /** Throws {@link UnavailableException} if the tokens cannot be read. */
  public void checkTokens() {
    Tokens unused = tokens.get();
  }

  /**
   * Returns the principal for these {@code Authorization} headers.
   *
   * @throws ProblemException if they do not identify a principal; the message says what is missing
   *     and never quotes them
   */
  public Principal authenticate(List<String> headers) {
    Tokens known = tokens.get();
    if (headers.size() > 1) {
      throw unauthenticated("There is more than one Authorization header", true);
    }
    String secret = headers.isEmpty() ? null : secret(headers.get(0));
    if (secret != null) {
      // Also if no token is required: a caller that sends one relies on it.
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

  /**
   * Returns the credentials after the scheme, or null for another scheme, such as that of a proxy.
   */
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
