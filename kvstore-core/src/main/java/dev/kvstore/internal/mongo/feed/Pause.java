package dev.kvstore.internal.mongo.feed;

import java.time.Duration;

/** The pauses of the pump's threads; tests do not wait. */
@FunctionalInterface
interface Pause {
  Pause SLEEP = duration -> Thread.sleep(duration.toMillis());

  void pause(Duration duration) throws InterruptedException;
}
