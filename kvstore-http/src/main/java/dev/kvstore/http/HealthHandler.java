package dev.kvstore.http;

import dev.kvstore.KVException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** {@code /health/live} and {@code /health/ready}, for those who watch the service. */
record HealthHandler(Readiness readiness, String databaseKind) implements ResourceHandler {
  @Override
  public void handle(Exchange exchange) throws IOException {
    exchange.parameters();
    exchange.header("Cache-Control", "no-store");
    if (exchange.target().resource() == Resource.LIVE) {
      answer(exchange, "{\"status\":\"up\"}");
      return;
    }
    Duration took;
    try {
      took = readiness.check();
    } catch (KVException e) {
      Problem problem = Problems.of(e, false);
      throw new ProblemException(
          new Problem(ErrorKind.UNAVAILABLE, problem.detail(), problem.members(), problem.headers())
              .with("database", databaseKind)
              .withHeader("Retry-After", "1"));
    }
    answer(
        exchange,
        String.format(
            Locale.ROOT,
            "{\"status\":\"up\",\"database\":{\"kind\":\"%s\",\"status\":\"up\",\"latencyMillis\":%.1f}}",
            databaseKind,
            took.toNanos() / 1e6));
  }

  private static void answer(Exchange exchange, String json) throws IOException {
    exchange.answer(200, Format.JSON, (json + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
