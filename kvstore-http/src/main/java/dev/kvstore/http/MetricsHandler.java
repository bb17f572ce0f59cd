package dev.kvstore.http;

import dev.kvstore.http.metrics.Metrics;
import java.io.IOException;

/** {@code /metrics}, for Prometheus. */
record MetricsHandler(Metrics metrics) implements ResourceHandler {
  @Override
  public void handle(Exchange exchange) throws IOException {
    ChunkedBuffer text = exchange.newAnswer();
    metrics.writeTo(text);
    exchange.header("Cache-Control", "no-store");
    exchange.response().setContentType(Metrics.MEDIA_TYPE);
    exchange.send(text);
  }
}
