package dev.kvstore.http;

import jakarta.servlet.http.HttpServletResponse;

/** Headers of the pages for people, which keep a browser from what the pages do not need. */
final class PageHeaders {
  /** Scripts, styles and pictures come from the service's own files, and from nowhere else. */
  private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self';"
      + " style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self';"
      + " base-uri 'none'; frame-ancestors 'none'";

  private PageHeaders() {}

  /** Sets the headers; nothing inline runs on the page, and no other page may frame it. */
  static void set(HttpServletResponse response) {
    response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    response.setHeader("X-Frame-Options", "DENY");
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    response.setHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  }
}
