package dev.kvstore.client.internal.request;

import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine's clock, or that of the service if its latest responses show that it is ahead, so
 * that no entry outlives its expiry here. The Date header has whole seconds, rounded down, so the
 * largest difference counts. A wrong date is forgotten after a few responses, and one too far ahead
 * is ignored. A service clock that is behind does not matter: then an entry is read again a little
 * early. Thread-safe.
 */
final class ServiceClock implements InstantSource {
  /** Larger differences mean a wrong clock. */
  static final Duration MOST = Duration.ofMinutes(5);

  /** The minimum number of latest responses that count; fewer than twice as many do. */
  static final int ANSWERS = 8;

  private static final Logger log = LoggerFactory.getLogger(ServiceClock.class);

  private final InstantSource own;
  private volatile long millisAhead;

  // Guarded by this.
  private long most;
  private long mostBefore;
  private int answers;
  private boolean warned;

  ServiceClock(InstantSource own) {
    this.own = own;
  }

  /** @param answer a response from the service itself */
  void tell(HttpResponse<?> answer) {
    answer.headers().firstValue("Date").ifPresent(this::tell);
  }

  /** @param date the value of a Date header */
  void tell(String date) {
    try {
      Instant then = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
      take(Duration.between(own.instant(), then));
    } catch (DateTimeException | ArithmeticException e) {
      // not a date of a service
    }
  }

  private synchronized void take(Duration ahead) {
    if (ahead.compareTo(MOST) > 0) {
      if (!warned) {
        warned = true;
        log.warn(
            "Ignoring the service's clock, which is {} ahead of this machine's: set the one that is"
                + " wrong, or expired entries may be read here",
            ahead);
      }
      return;
    }
    most = Math.max(most, ahead.toMillis());
    answers++;
    if (answers == ANSWERS) {
      mostBefore = most;
      most = 0;
      answers = 0;
    }
    millisAhead = Math.max(most, mostBefore);
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public long millis() {
    return own.millis() + millisAhead;
  }
}
