package dev.kvstore.http.api.events;

import dev.kvstore.http.limits.Shares;
import java.time.Duration;

/**
 * How the streams of events are served.
 *
 * @param maxStreams how many may be open at a time; one more is answered with 503
 * @param maxWaiting how many changes may wait for a reader that is slow; one more, and it gets a
 *     {@code reset} in place of all of them
 * @param heartbeat how often a reader hears that its stream is alive, if it does not say how often
 * @param openingTimeout how long it may take to find out whether a stream can go on where the one
 *     before has ended
 * @param maxPerClient how many of one token or address may be open at a time; one more is answered
 *     with 429
 */
public record EventSettings(
    int maxStreams, int maxWaiting, Duration heartbeat, Duration openingTimeout, int maxPerClient) {
  /** The least and the most that a reader may ask for. */
  static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(500);

  static final Duration LONGEST_HEARTBEAT = Duration.ofSeconds(10);

  /** 5,000 streams, a quarter of them for each client; 1,024 changes; 5 seconds each. */
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
