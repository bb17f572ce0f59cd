package dev.kvstore.client;

import java.util.function.Supplier;

/** What settings tell nobody but the transport. */
public final class TokenOf {
  private TokenOf() {}

  /** Returns the token, or an empty text where there is none. */
  public static String settings(HttpSettings settings) {
    Supplier<String> token = settings.requests().token();
    return token == null ? "" : token.get();
  }
}
