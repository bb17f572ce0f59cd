package dev.kvstore.client.internal.events;

import java.time.Duration;

/**
 * The time limits of an event stream.
 *
 * @param heartbeat the interval of heartbeats to request
 * @param opening how long the service may take to respond; it may need a while to determine if it
 *     can resume
 * @param silence how long there may be no data before the connection counts as lost
 * @param plainSilence the same for a service that does not support heartbeats
 * @param unproved how long there may be no proof of freshness before another stream is opened
 * @param longest the lifetime of a stream, limited because proofs compare the clocks of two
 *     machines, which drift
 */
public record EventTimes(
    Duration heartbeat,
    Duration opening,
    Duration silence,
    Duration plainSilence,
    Duration unproved,
    Duration longest) {
  public static final EventTimes DEFAULT = new EventTimes(
      Duration.ofMillis(500), // the minimum that can be requested
      Duration.ofSeconds(10),
      Duration.ofSeconds(5),
      Duration.ofSeconds(30),
      Duration.ofSeconds(10),
      Duration.ofHours(1));
}
