package dev.kvstore.http.api.monitoring;

import dev.kvstore.http.metrics.Metrics;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.ChunkedBuffer;
import dev.kvstore.http.wire.ResponseWriter;
import java.io.IOException;

/** {@code /metrics}, for Prometheus. */
public record MetricsHandler(Metrics metrics) implements ResourceHandler {
  @Override
  public void handle(RequestContext exchange) throws IOException {
    ChunkedBuffer text = ResponseWriter.newAnswer(exchange);
    metrics.writeTo(text);
    exchange.header("Cache-Control", "no-store");
    exchange.response().setContentType(Metrics.MEDIA_TYPE);
    ResponseWriter.send(exchange, text);
  }
}
