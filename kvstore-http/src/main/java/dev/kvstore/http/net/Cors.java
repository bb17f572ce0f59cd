package dev.kvstore.http.net;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The other origins whose web pages may use the service (CORS), with scripts that have a token:
 * browsers do not add cookies or passwords.
 *
 * @param origins origins that {@link #isOrigin} accepts
 */
public record Cors(Set<String> origins) {
  private static final String REQUEST_HEADERS =
      "Accept, Authorization, Cache-Control, Content-Type,"
          + " If-Match, If-None-Match, KV-Author, KV-Comment, KV-Etag, KV-Request-Id, Last-Event-ID, Sync-Token, X-Request-Id";
  private static final String ANSWER_HEADERS =
      "Accept-Patch, Allow, ETag, KV-Expires-At, KV-Replayed, KV-Request-Id, KV-Stale,"
          + " KV-Version, Link, Retry-After, Sync-Token, WWW-Authenticate, X-Request-Id";
  private static final String MAX_AGE_SECONDS = "600";
  private static final Set<String> OWN = Set.of("same-origin", "none");

  /**
   * Returns true if the text is an origin as browsers write it: {@code https://app.example.com}.
   */
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

  private boolean allows(@Nullable String origin) {
    return origin != null && origins.contains(origin);
  }

  /** Lets the page see the response if its origin is allowed. */
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

  /** Returns true for a preflight request for a page of an allowed origin. */
  public boolean isPreflight(HttpServletRequest request) {
    return request.getMethod().equals("OPTIONS")
        && allows(request.getHeader("Origin"))
        && request.getHeader("Access-Control-Request-Method") != null;
  }

  /** Sets the headers of the response to a preflight request. */
  public void allowRequest(
      HttpServletRequest request, HttpServletResponse response, String methods) {
    if (isPreflight(request)) {
      response.setHeader("Access-Control-Allow-Methods", methods);
      response.setHeader("Access-Control-Allow-Headers", REQUEST_HEADERS);
      response.setHeader("Access-Control-Max-Age", MAX_AGE_SECONDS);
    }
  }

  /**
   * Refuses requests of pages of other origins that are not allowed. A browser sends some requests
   * for any page to any address, including the user's own machine, and checks only afterwards if
   * the page may see the response.
   *
   * @throws ProblemException if the browser reports that such a page has sent the request
   * @see <a href="https://www.w3.org/TR/fetch-metadata/">Fetch Metadata Request Headers</a>
   */
  public void refuseForeign(HttpServletRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    String origin = request.getHeader("Origin");
    boolean foreign =
        site != null ? !OWN.contains(site) : origin != null && !isOwn(origin, request);
    if (foreign && !allows(origin)) {
      throw new ProblemException(
          ErrorKind.FORBIDDEN, "A web page of another origin may not write here");
    }
  }

  private static boolean isOwn(String origin, HttpServletRequest request) {
    String host = request.getHeader("Host");
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority != null
          && host != null
          && authority.toLowerCase(Locale.ROOT).equals(host.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
