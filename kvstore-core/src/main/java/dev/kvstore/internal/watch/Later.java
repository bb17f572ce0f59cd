package dev.kvstore.internal.watch;

import java.time.Duration;

/** Does something after a while. */
@FunctionalInterface
interface Later {
  void run(Runnable work, Duration after);
}
