package dev.kvstore.http;

import java.util.Map;

/** Headers of every answer, errors included, that keep browsers from mistakes. */
final class AnswerHeaders {
  /** No guessing of types, and no use in the pages of others, unless they ask by CORS. */
  private static final Map<String, String> PLAIN =
      Map.of("X-Content-Type-Options", "nosniff", "Cross-Origin-Resource-Policy", "same-origin");

  private static final Map<String, String> SECURE = Map.of(
      "X-Content-Type-Options",
      "nosniff",
      "Cross-Origin-Resource-Policy",
      "same-origin",
      "Strict-Transport-Security",
      "max-age=31536000");

  private AnswerHeaders() {}

  /** @param secure whether the client has used TLS, and is to go on using it */
  static Map<String, String> forEveryAnswer(boolean secure) {
    return secure ? SECURE : PLAIN;
  }
}
