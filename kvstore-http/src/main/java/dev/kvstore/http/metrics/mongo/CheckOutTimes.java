package dev.kvstore.http.metrics.mongo;

import com.mongodb.event.ConnectionCheckOutFailedEvent;
import com.mongodb.event.ConnectionCheckedOutEvent;
import com.mongodb.event.ConnectionPoolListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/**
 * Measures how long the driver waits for a connection of its pool, including creating a new one.
 */
final class CheckOutTimes implements ConnectionPoolListener {
  private final Timer success;
  private final Timer failure;

  CheckOutTimes(MeterRegistry registry) {
    success = timer(registry, "success");
    failure = timer(registry, "failure");
  }

  private static Timer timer(MeterRegistry registry, String status) {
    return Timer.builder("mongodb.driver.pool.checkout")
        .description("How long commands waited for a connection")
        .tag("status", status)
        .register(registry);
  }

  @Override
  public void connectionCheckedOut(ConnectionCheckedOutEvent event) {
    success.record(event.getElapsedTime(TimeUnit.NANOSECONDS), TimeUnit.NANOSECONDS);
  }

  @Override
  public void connectionCheckOutFailed(ConnectionCheckOutFailedEvent event) {
    failure.record(event.getElapsedTime(TimeUnit.NANOSECONDS), TimeUnit.NANOSECONDS);
  }
}
