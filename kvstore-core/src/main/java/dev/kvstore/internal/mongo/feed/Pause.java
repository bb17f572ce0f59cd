package dev.kvstore.internal.mongo.feed;

import java.time.Duration;

/** How the pump's threads wait; a test does it without waiting. */
@FunctionalInterface
interface Pause {
  Pause SLEEP = duration -> Thread.sleep(duration.toMillis());

  void pause(Duration duration) throws InterruptedException;
}
