package dev.kvstore.http.net;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps the web pages of others from writing: a browser sends some requests for any page to any
 * address, that of the user's own machine included, and asks only afterwards whether the page may
 * see the answer.
 *
 * @see <a href="https://www.w3.org/TR/fetch-metadata/">Fetch Metadata Request Headers</a>
 */
public final class CrossOrigin {
  private static final Set<String> OWN = Set.of("same-origin", "none");

  private CrossOrigin() {}

  /**
   * Refuses what a page of another origin sends, unless that origin is an allowed one.
   *
   * @throws ProblemException if a browser says that such a page has sent this
   */
  public static void refuse(HttpServletRequest request, Cors cors) {
    String site = request.getHeader("Sec-Fetch-Site");
    String origin = request.getHeader("Origin");
    boolean foreign =
        site != null ? !OWN.contains(site) : origin != null && !isOwn(origin, request);
    if (foreign && !cors.allows(origin)) {
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
