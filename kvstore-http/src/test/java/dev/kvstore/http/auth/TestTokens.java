package dev.kvstore.http.auth;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

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

  public synchronized void revoke(String name) {
    tokens.removeIf(token -> token.name().equals(name));
    current = Tokens.of(tokens);
  }

  @Override
  public Tokens get() {
    return current;
  }
}
