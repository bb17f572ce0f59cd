package dev.kvstore.http.net;

import java.util.Map;
import java.util.function.BiConsumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Headers of every answer, errors included, that keep browsers from mistakes. */
public final class AnswerHeaders {
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

  /** Sets the headers, and those by which the request is known again. */
  public static void set(Request request, String requestId, BiConsumer<String, String> response) {
    response.accept(RequestIds.HEADER, requestId);
    String match = RequestIds.toRepeat(request.getHeaders().get(RequestIds.MATCH));
    if (match != null) {
      response.accept(RequestIds.MATCH, match);
    }
    forEveryAnswer(request.isSecure(), request.getHeaders().get(HttpHeader.HOST))
        .forEach(response);
  }

  /**
   * Returns the headers.
   *
   * @param secure whether the client has used TLS, and is to go on using it
   * @param authority the request's {@code Host}; a browser would take TLS at a local name for that
   *     of all that listens there, whatever its port
   */
  public static Map<String, String> forEveryAnswer(boolean secure, @Nullable String authority) {
    return secure && authority != null && AllowedHosts.isPublicName(authority) ? SECURE : PLAIN;
  }
}
