package dev.kvstore.http.server;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.logging.AuditEvent;
import dev.kvstore.http.route.RequestContext;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Writes requests that were refused for lack of permission to the audit log, aggregating floods:
 * the first refusal of a caller within a minute is one line, and the number of further ones is
 * another line at the end of the minute. Beyond {@value #MAX_CALLERS} callers per minute, the
 * others are counted together. Thread-safe.
 */
final class RefusalLog implements AutoCloseable {
  static final int MAX_CALLERS = 20;

  private static final String EVENT = "request-refused";
  private static final long PERIOD = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanoTime;

  /** The number of further refusals of each caller; guarded by this. */
  private final Map<Caller, Long> more = new LinkedHashMap<>();

  private volatile boolean counting; // written under the lock
  private volatile long start; // written under the lock

  private record Caller(@Nullable String by, @Nullable String remote, String outcome) {}

  RefusalLog(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** @param store empty if the request is not for a store, or was refused before that was known */
  void add(HttpServletRequest request, String store, ErrorKind kind) {
    add(
        request.getAttribute(RequestRecords.TOKEN_NAME) instanceof String name ? name : null,
        Request.getRemoteAddr(RequestContext.core(request)),
        store.isEmpty() ? null : store,
        request.getMethod() + " " + RequestRecords.route(request),
        kind.code());
  }

  /** @param by the name of the token, or null if unknown */
  void add(
      @Nullable String by, String remote, @Nullable String store, String subject, String outcome) {
    boolean isFirst;
    synchronized (this) {
      flushIfDue();
      if (!counting) {
        start = nanoTime.getAsLong();
        counting = true;
      }
      Caller caller = new Caller(by, remote, outcome);
      isFirst = !more.containsKey(caller) && more.size() < MAX_CALLERS;
      if (isFirst) {
        more.put(caller, 0L);
      } else {
        Caller counted = more.containsKey(caller) ? caller : new Caller(null, null, outcome);
        more.merge(counted, 1L, Long::sum);
      }
    }
    if (isFirst) {
      new AuditEvent(EVENT, by, remote, store, subject, outcome, 0).log();
    }
  }

  /** Writes the counts if the minute is over. Call it periodically. */
  void flushIfDue() {
    if (isDue()) {
      synchronized (this) {
        if (isDue()) {
          flush();
        }
      }
    }
  }

  private boolean isDue() {
    return counting && nanoTime.getAsLong() - start >= PERIOD;
  }

  private void flush() {
    more.forEach((caller, count) -> {
      if (count > 0) {
        new AuditEvent(EVENT, caller.by(), caller.remote(), null, null, caller.outcome(), count)
            .log();
      }
    });
    more.clear();
    counting = false;
  }

  /** Writes the counts. */
  @Override
  public synchronized void close() {
    flush();
  }
}
