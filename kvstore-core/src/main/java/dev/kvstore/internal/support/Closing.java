package dev.kvstore.internal.support;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Closes several things, all of them, whatever becomes of one. */
public final class Closing {
  /** More of the same say nothing new. */
  private static final int MOST_SUPPRESSED = 10;

  private Closing() {}

  /** As {@link #all(Collection)}. */
  public static void all(Runnable... closers) {
    all(Arrays.asList(closers));
  }

  /** Runs all of these, then throws the first exception, with up to 10 others suppressed. */
  public static void all(Collection<? extends Runnable> closers) {
    Throwable first = null;
    for (Runnable closer : closers) {
      try {
        closer.run();
      } catch (RuntimeException | Error e) {
        first = first == null ? e : withSuppressed(first, e);
      }
    }
    rethrow(first);
  }

  /** Shuts the executor down and waits, even if interrupted. Returns true if it has ended. */
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

  private static Throwable withSuppressed(Throwable first, Throwable next) {
    if (first != next && first.getSuppressed().length < MOST_SUPPRESSED) {
      first.addSuppressed(next);
    }
    return first;
  }

  private static void rethrow(@Nullable Throwable failure) {
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }
}
