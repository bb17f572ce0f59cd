package dev.kvstore.client;

import java.util.function.Supplier;

/** Reads the token, which settings reveal only to the transport. */
public final class TokenOf {
  private TokenOf() {}

  /** Returns the token; empty if there is none. */
  public static String settings(HttpSettings settings) {
    Supplier<String> token = settings.requests().token();
    return token == null ? "" : token.get();
  }
}
