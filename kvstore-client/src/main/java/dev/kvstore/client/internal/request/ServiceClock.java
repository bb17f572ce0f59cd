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
 * This machine's time of day, or the service's where that is ahead by what its latest answers say,
 * so that no entry outlives its expiry here. They say it in whole seconds, and only what has been,
 * so the most that one of them says counts. A wrong date is forgotten after a few answers, and one
 * that is too far ahead is ignored. A clock that is behind does not matter: then an entry is read
 * again a little early. Thread-safe.
 */
final class ServiceClock implements InstantSource {
  /** Clocks that differ by more than this are wrong. */
  static final Duration MOST = Duration.ofMinutes(5);

  /** At least so many answers count, and less than twice as many. */
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

  /** @param answer one that the service itself wrote */
  void tell(HttpResponse<?> answer) {
    answer.headers().firstValue("Date").ifPresent(this::tell);
  }

  /** @param date as in the header of that name */
  void tell(String date) {
    try {
      Instant then = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
      take(Duration.between(own.instant(), then));
    } catch (DateTimeException | ArithmeticException e) {
      // No time that a service tells.
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
