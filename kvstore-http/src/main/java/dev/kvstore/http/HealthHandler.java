package dev.kvstore.http;

import dev.kvstore.KVException;
import dev.kvstore.spi.EntryDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** {@code /health/live} and {@code /health/ready}, for those who watch the service. */
record HealthHandler(EntryDatabase database, String databaseKind) implements ResourceHandler {
  @Override
  public void handle(Exchange exchange) throws IOException {
    exchange.parameters();
    exchange.header("Cache-Control", "no-store");
    if (exchange.target().resource() == Resource.LIVE) {
      answer(exchange, "{\"status\":\"up\"}");
      return;
    }
    long start = System.nanoTime();
    try {
      database.ping();
    } catch (KVException e) {
      Problem problem = Problems.of(e, false);
      throw new ProblemException(
          new Problem(ErrorKind.UNAVAILABLE, problem.detail(), problem.members(), problem.headers())
              .with("database", databaseKind)
              .withHeader("Retry-After", "1"));
    }
    double millis = (System.nanoTime() - start) / 1e6;
    answer(
        exchange,
        String.format(
            Locale.ROOT,
            "{\"status\":\"up\",\"database\":{\"kind\":\"%s\",\"status\":\"up\",\"latencyMillis\":%.1f}}",
            databaseKind,
            millis));
  }

  private static void answer(Exchange exchange, String json) throws IOException {
    exchange.answer(200, Format.JSON, json.getBytes(StandardCharsets.UTF_8));
  }
}
