package dev.kvstore.http.api.pages;

import jakarta.servlet.http.HttpServletResponse;

/** Headers of the pages for people, which keep a browser from what the pages do not need. */
final class PageHeaders {
  /**
   * Nothing from elsewhere, no scripts but those of files, and no page around. The style attributes
   * are what Swagger UI is made with.
   */
  private static final String POLICY = "default-src 'none'; script-src 'self'; connect-src 'self';"
      + " style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none';"
      + " form-action 'none'; frame-ancestors 'none'";

  private PageHeaders() {}

  static void set(HttpServletResponse response) {
    response.setHeader("Content-Security-Policy", POLICY);
    response.setHeader("X-Frame-Options", "DENY");
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  }
}
