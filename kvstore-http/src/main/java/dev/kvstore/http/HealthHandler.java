package dev.kvstore.http;

import dev.kvstore.KVException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /health/live} and {@code /health/ready}, for those who watch the service. */
final class HealthHandler implements ResourceHandler {
  private static final Logger LOG = LoggerFactory.getLogger(HealthHandler.class);

  private final Readiness readiness;
  private final Gate gate;
  private final String databaseKind;
  private final AtomicBoolean ready = new AtomicBoolean(true);

  HealthHandler(Readiness readiness, Gate gate, String databaseKind) {
    this.readiness = readiness;
    this.gate = gate;
    this.databaseKind = databaseKind;
  }

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
      gate.checkTokens();
      took = readiness.check();
    } catch (KVException e) {
      if (ready.getAndSet(false)) {
        LOG.warn("Not ready: {}", e.getMessage());
      }
      Problem problem = Problems.of(e, false);
      throw new ProblemException(
          new Problem(ErrorKind.UNAVAILABLE, problem.detail(), problem.members(), problem.headers())
              .with("database", databaseKind)
              .withHeader("Retry-After", "1"));
    }
    if (!ready.getAndSet(true)) {
      LOG.info("Ready again");
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
