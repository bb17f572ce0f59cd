package dev.kvstore.http;

import dev.kvstore.spi.ValueLimits;
import java.time.Duration;

/**
 * How the service listens and what it takes.
 *
 * @param port 0 picks a free one
 * @param limits how large a value may be
 * @param maxBodyBytes the most bytes of a batch
 * @param stopTimeout how long requests that are being handled may take when the service stops
 * @param databaseKind what the database is, for the health check: {@code sqlite}, {@code mongodb}
 * @param events how the streams of events are served
 */
public record ServerSettings(
    String host,
    int port,
    ValueLimits limits,
    int maxBodyBytes,
    Duration stopTimeout,
    String databaseKind,
    EventSettings events) {
  /** Loopback, a free port, values up to 1 MiB, batches up to 16 MiB, 10 seconds to stop. */
  public static final ServerSettings DEFAULT = new ServerSettings(
      "127.0.0.1", 0, ValueLimits.DEFAULT, 16 * 1024 * 1024, Duration.ofSeconds(10), "unknown");

  /** As above, with {@link EventSettings#DEFAULT}. */
  public ServerSettings(
      String host,
      int port,
      ValueLimits limits,
      int maxBodyBytes,
      Duration stopTimeout,
      String databaseKind) {
    this(host, port, limits, maxBodyBytes, stopTimeout, databaseKind, EventSettings.DEFAULT);
  }

  /** Returns these settings with other limits for values. */
  public ServerSettings limits(ValueLimits newLimits) {
    return new ServerSettings(
        host, port, newLimits, maxBodyBytes, stopTimeout, databaseKind, events);
  }

  /** Returns these settings with others for events. */
  public ServerSettings events(EventSettings newEvents) {
    return new ServerSettings(
        host, port, limits, maxBodyBytes, stopTimeout, databaseKind, newEvents);
  }
}
