package dev.kvstore.http.api.monitoring;

import dev.kvstore.KVException;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.error.Problems;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ResponseWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /health/ready}, for monitoring. */
public final class HealthHandler implements ResourceHandler {
  private static final Logger LOG = LoggerFactory.getLogger(HealthHandler.class);

  private final Supplier<Duration> database;
  private final AccessControl accessControl;
  private final String databaseKind;
  private final AtomicBoolean ready = new AtomicBoolean(true);

  /** @param database returns how long the database took to answer, or throws */
  public HealthHandler(
      Supplier<Duration> database, AccessControl accessControl, String databaseKind) {
    this.database = database;
    this.accessControl = accessControl;
    this.databaseKind = databaseKind;
  }

  @Override
  public void handle(RequestContext context) throws IOException {
    context.parameters();
    Duration took;
    try {
      accessControl.checkTokens();
      took = database.get();
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
        context,
        String.format(
            Locale.ROOT,
            "{\"status\":\"up\",\"database\":{\"kind\":\"%s\",\"status\":\"up\",\"latencyMillis\":%.1f}}",
            databaseKind,
            took.toNanos() / 1e6));
  }

  /** {@code /health/live}. */
  public static final class Live implements ResourceHandler {
    @Override
    public void handle(RequestContext context) throws IOException {
      context.parameters();
      answer(context, "{\"status\":\"up\"}");
    }

    @Override
    public boolean isInMemory() {
      return true;
    }
  }

  private static void answer(RequestContext context, String json) throws IOException {
    context.header("Cache-Control", "no-store");
    ResponseWriter.answer(
        context, 200, Format.JSON.mediaType(), (json + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
