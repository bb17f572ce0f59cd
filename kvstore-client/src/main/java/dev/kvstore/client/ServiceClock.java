package dev.kvstore.client;

import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.atomic.AtomicLong;

/**
 * This machine's time of day, or the service's where that is ahead by what its answers say, so that
 * no entry outlives its expiry here. They say it in whole seconds, and only what has been. Whose
 * clock is behind does not matter: then an entry is read again a little early. Thread-safe.
 */
final class ServiceClock implements InstantSource {
  private final InstantSource own;
  private final AtomicLong millisAhead = new AtomicLong();

  ServiceClock(InstantSource own) {
    this.own = own;
  }

  void tell(HttpResponse<?> answer) {
    answer.headers().firstValue("Date").ifPresent(this::tell);
  }

  /** @param date as in the header of that name */
  void tell(String date) {
    try {
      Instant then = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
      long ahead = Duration.between(own.instant(), then).toMillis();
      if (ahead > millisAhead.get()) {
        millisAhead.accumulateAndGet(ahead, Math::max);
      }
    } catch (DateTimeException | ArithmeticException e) {
      // No time that a service tells.
    }
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public long millis() {
    return own.millis() + millisAhead.get();
  }
}
