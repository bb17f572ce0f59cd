package dev.kvstore.http.auth;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tokens that a test creates and revokes; each is a request header. */
public final class TestTokens implements Supplier<Tokens> {
  private final List<Token> tokens = new ArrayList<>();
  private volatile Tokens current = Tokens.NOT_CONFIGURED;

  public Authenticator authenticator() {
    return new Authenticator(this, true, Clock.systemUTC());
  }

  /** Adds a token and returns its header. */
  public synchronized String add(String name, Role role, Limits limits) {
    String secret = TokenSecret.generate();
    tokens.add(new Token(name, role, limits, TokenSecret.hash(secret), null, null));
    current = Tokens.of(tokens);
    return "Authorization: Bearer " + secret;
  }

  /** Changes the permissions and the expiry of the token; its secret is unchanged. */
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
