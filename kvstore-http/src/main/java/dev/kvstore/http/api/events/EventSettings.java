package dev.kvstore.http.api.events;

import dev.kvstore.http.limits.Shares;
import java.time.Duration;

/**
 * The settings of event streams.
 *
 * @param maxStreams the maximum number of open streams; one more is answered with 503
 * @param maxWaiting the maximum number of changes queued for a slow reader; with one more, it gets
 *     a {@code reset} instead of them
 * @param heartbeat the interval of heartbeats, unless the reader requests another
 * @param openingTimeout how long it may take to determine if a stream can resume where an earlier
 *     one ended
 * @param maxPerClient the maximum number of open streams of one token or address; one more is
 *     answered with 429
 */
public record EventSettings(
    int maxStreams, int maxWaiting, Duration heartbeat, Duration openingTimeout, int maxPerClient) {
  /** The minimum and maximum that a reader may request. */
  static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(500);

  static final Duration LONGEST_HEARTBEAT = Duration.ofSeconds(10);

  /**
   * 5,000 streams, a quarter of them per client; 1,024 queued changes; a heartbeat and an opening
   * timeout of 5 seconds.
   */
  public static final EventSettings DEFAULT = new EventSettings(
      5000, 1024, Duration.ofSeconds(5), Duration.ofSeconds(5), Shares.quarter(5000));

  /** @throws IllegalArgumentException if a number or duration is not positive */
  public EventSettings {
    if (maxStreams < 1 || maxWaiting < 1 || maxPerClient < 1) {
      throw new IllegalArgumentException("There must be room for a stream and for a change");
    }
    if (heartbeat.isNegative() || heartbeat.isZero() || openingTimeout.isNegative()) {
      throw new IllegalArgumentException("The heartbeat must take some time, opening may");
    }
  }
}
