package dev.kvstore.http.net;

import java.util.Map;
import java.util.function.BiConsumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Security headers for browsers, in every response including errors. */
public final class AnswerHeaders {
  /** No sniffing of types, and no use in pages of other origins, except with CORS. */
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

  /** Sets these headers and those with the request ids. */
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
   * @param secure true if the client has used TLS and must continue to
   * @param authority the request's {@code Host}; no HSTS for a local name, which a browser would
   *     apply to all services there regardless of their ports
   */
  public static Map<String, String> forEveryAnswer(boolean secure, @Nullable String authority) {
    return secure && authority != null && AllowedHosts.isPublicName(authority) ? SECURE : PLAIN;
  }
}
