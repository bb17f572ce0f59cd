package dev.kvstore.client.internal.events;

import java.time.Duration;

/**
 * How long a stream of events may take for what.
 *
 * @param heartbeat how often the service is to say that all is well
 * @param opening until the service answers; it may look for a while whether it can resume
 * @param silence without a byte the connection is lost, whatever TCP says
 * @param plainSilence the same for a service that cannot be asked for heartbeats
 * @param unproved without a proof of how fresh it is, another stream may do better
 * @param longest after this long another takes its place: the clocks of two machines, by which
 *     proofs are measured, do not quite run alike
 */
public record EventTimes(
    Duration heartbeat,
    Duration opening,
    Duration silence,
    Duration plainSilence,
    Duration unproved,
    Duration longest) {
  public static final EventTimes DEFAULT = new EventTimes(
      Duration.ofMillis(500), // the least that can be asked for
      Duration.ofSeconds(10),
      Duration.ofSeconds(5),
      Duration.ofSeconds(30),
      Duration.ofSeconds(10),
      Duration.ofHours(1));
}
