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
  public void handle(RequestContext context) throws IOException {
    ChunkedBuffer text = ResponseWriter.newAnswer(context);
    metrics.writeTo(text);
    context.header("Cache-Control", "no-store");
    context.response().setContentType(Metrics.MEDIA_TYPE);
    ResponseWriter.send(context, text);
  }
}
