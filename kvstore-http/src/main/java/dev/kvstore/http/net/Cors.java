package dev.kvstore.http.net;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which other origins' web pages may use the service, with scripts that have a token: browsers send
 * no cookies or passwords of their own along.
 */
public final class Cors {
  private static final String REQUEST_HEADERS =
      "Accept, Authorization, Cache-Control, Content-Type,"
          + " If-Match, If-None-Match, KV-Etag, KV-Request-Id, Last-Event-ID, Sync-Token, X-Request-Id";
  private static final String ANSWER_HEADERS =
      "Accept-Patch, Allow, ETag, KV-Expires-At, KV-Replayed, KV-Request-Id, KV-Stale,"
          + " KV-Version, Link, Retry-After, Sync-Token, WWW-Authenticate, X-Request-Id";
  private static final String MAX_AGE_SECONDS = "600";

  private final Set<String> origins;

  /** @param origins as {@link #isOrigin} has them */
  public Cors(Set<String> origins) {
    this.origins = origins;
  }

  /** Tells whether browsers would write an origin like this: {@code https://app.example.com}. */
  public static boolean isOrigin(String text) {
    try {
      URI uri = URI.create(text);
      return uri.getHost() != null
          && uri.getUserInfo() == null
          && text.equals(text.toLowerCase(Locale.ROOT))
          && Set.of("http", "https").contains(uri.getScheme())
          && text.equals(uri.getScheme() + "://" + uri.getRawAuthority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  boolean allows(@Nullable String origin) {
    return origin != null && origins.contains(origin);
  }

  /** Lets the page that asks see the answer. */
  public void allowAnswer(HttpServletRequest request, HttpServletResponse response) {
    if (origins.isEmpty()) {
      return;
    }
    response.addHeader("Vary", "Origin");
    String origin = request.getHeader("Origin");
    if (allows(origin)) {
      response.setHeader("Access-Control-Allow-Origin", origin);
      response.setHeader("Access-Control-Expose-Headers", ANSWER_HEADERS);
    }
  }

  /** Tells whether a browser asks whether a page of an allowed origin may send some request. */
  public boolean isPreflight(HttpServletRequest request) {
    return request.getMethod().equals("OPTIONS")
        && allows(request.getHeader("Origin"))
        && request.getHeader("Access-Control-Request-Method") != null;
  }

  /** Answers a browser that asks whether a page may send such a request. */
  public void allowRequest(
      HttpServletRequest request, HttpServletResponse response, String methods) {
    if (isPreflight(request)) {
      response.setHeader("Access-Control-Allow-Methods", methods);
      response.setHeader("Access-Control-Allow-Headers", REQUEST_HEADERS);
      response.setHeader("Access-Control-Max-Age", MAX_AGE_SECONDS);
    }
  }
}
