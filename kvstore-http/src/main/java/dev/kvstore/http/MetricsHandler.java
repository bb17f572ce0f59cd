package dev.kvstore.http;

import dev.kvstore.http.metrics.Metrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** {@code /metrics}, for Prometheus. */
record MetricsHandler(Metrics metrics) implements ResourceHandler {
  @Override
  public void handle(Exchange exchange) throws IOException {
    byte[] text = metrics.text().getBytes(StandardCharsets.UTF_8);
    exchange.header("Cache-Control", "no-store");
    exchange.response().setContentType(Metrics.MEDIA_TYPE);
    exchange.send(text);
  }
}
