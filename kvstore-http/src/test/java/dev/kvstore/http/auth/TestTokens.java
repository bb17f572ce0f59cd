package dev.kvstore.http.auth;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tokens that a test makes and revokes; each is a header of a request. */
public final class TestTokens implements Supplier<Tokens> {
  private final List<Token> tokens = new ArrayList<>();
  private volatile Tokens current = Tokens.NOT_CONFIGURED;

  public Authenticator authenticator() {
    return new Authenticator(this, true, Clock.systemUTC());
  }

  /** Returns the header that shows the new token. */
  public synchronized String add(String name, Role role, Limits limits) {
    String secret = TokenSecret.generate();
    tokens.add(new Token(name, role, limits, TokenSecret.hash(secret), null, null));
    current = Tokens.of(tokens);
    return "Authorization: Bearer " + secret;
  }

  /** Gives the token other rights and another expiry; its secret stays. */
  public synchronized void change(String name, Role role, Limits limits, @Nullable Instant expiry) {
    tokens.replaceAll(token -> token.name().equals(name)
        ? new Token(name, role, limits, token.hash(), null, expiry)
        : token);
    current = Tokens.of(tokens);
  }

  public synchronized void revoke(String name) {
    tokens.removeIf(token -> token.name().equals(name));
    current = Tokens.of(tokens);
  }

  @Override
  public Tokens get() {
    return current;
  }
}
