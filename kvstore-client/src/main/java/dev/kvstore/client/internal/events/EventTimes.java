package dev.kvstore.client.internal.events;

import dev.kvstore.NearCacheSettings;
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
  private static final Duration HEARTBEAT = Duration.ofMillis(500);
  private static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(100);

  public static final EventTimes DEFAULT = new EventTimes(
      HEARTBEAT,
      Duration.ofSeconds(10),
      Duration.ofSeconds(5),
      Duration.ofSeconds(30),
      Duration.ofSeconds(10),
      Duration.ofHours(1));

  /** Returns what is good for a cache: several heartbeats come within its bound. */
  public static EventTimes of(NearCacheSettings cache) {
    Duration wanted = cache.stalenessBound().dividedBy(4);
    return DEFAULT.withHeartbeat(min(HEARTBEAT, max(SHORTEST_HEARTBEAT, wanted)));
  }

  EventTimes withHeartbeat(Duration newHeartbeat) {
    return new EventTimes(newHeartbeat, opening, silence, plainSilence, unproved, longest);
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
