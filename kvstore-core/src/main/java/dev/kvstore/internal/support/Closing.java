package dev.kvstore.internal.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** Closes several resources, even if closing one of them fails. */
public final class Closing {
  /** The maximum number of suppressed exceptions. */
  private static final int MOST_SUPPRESSED = 10;

  private Closing() {}

  /** Runs all of these, like {@link #all(Collection)}. */
  public static void all(Runnable... closers) {
    all(Arrays.asList(closers));
  }

  /** Runs all of these, then throws the first exception, with up to 10 others suppressed. */
  public static void all(Collection<? extends Runnable> closers) {
    List<Throwable> failures = new ArrayList<>();
    for (Runnable closer : closers) {
      try {
        closer.run();
      } catch (RuntimeException | Error e) {
        failures.add(e);
      }
    }
    if (failures.isEmpty()) {
      return;
    }
    Throwable first = failures.get(0);
    failures.stream().filter(e -> e != first).limit(MOST_SUPPRESSED).forEach(first::addSuppressed);
    if (first instanceof Error e) {
      throw e;
    }
    throw (RuntimeException) first;
  }

  /** Shuts the executor down and waits, even if interrupted. Returns true if it has terminated. */
  public static boolean shutdown(ExecutorService threads, Duration patience) {
    threads.shutdown();
    long deadline = System.nanoTime() + patience.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return threads.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
