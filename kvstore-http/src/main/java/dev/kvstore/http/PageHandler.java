package dev.kvstore.http;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/** {@code /}, {@code /openapi.json} and {@code /docs}: what people and their tools read first. */
final class PageHandler implements ResourceHandler {
  /**
   * Nothing from elsewhere, and no scripts but those of files. The style attributes are what
   * Swagger UI is made with.
   */
  private static final String POLICY = "default-src 'none'; script-src 'self'; connect-src 'self';"
      + " style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none';"
      + " form-action 'none'; frame-ancestors 'none'";

  @Override
  public void handle(Exchange exchange) throws IOException {
    exchange.parameters();
    Page page = Objects.requireNonNull(Page.at(exchange.request().getRequestURI()));
    byte[] content = page.read();
    String etag = etag(content);
    exchange.header("ETag", '"' + etag + '"');
    exchange.header("Cache-Control", "no-cache");
    exchange.header("Vary", "Accept-Encoding");
    if (Conditions.notModified(exchange.request(), etag)) {
      exchange.answerEmpty(304);
      return;
    }
    exchange.header("Content-Security-Policy", POLICY);
    exchange.header("Referrer-Policy", "no-referrer");
    exchange.answer(200, page.mediaType() + ";charset=utf-8", content);
  }

  private static String etag(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(digest, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }
}
