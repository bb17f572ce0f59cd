package dev.kvstore.http;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/** {@code /}, {@code /openapi.json} and {@code /docs}: what people and their tools read first. */
final class PageHandler implements ResourceHandler {
  @Override
  public void handle(Exchange exchange) throws IOException {
    exchange.parameters();
    Page page = Objects.requireNonNull(Page.at(exchange.request().getRequestURI()));
    byte[] content = page.read();
    String etag = etag(content);
    exchange.header("ETag", '"' + etag + '"');
    exchange.header("Cache-Control", "no-cache");
    exchange.response().addHeader("Vary", "Accept-Encoding");
    if (Conditions.notModified(exchange.request(), etag)) {
      exchange.answerEmpty(304);
      return;
    }
    PageHeaders.set(exchange.response());
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
