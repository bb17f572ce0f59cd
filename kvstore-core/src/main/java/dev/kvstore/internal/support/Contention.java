package dev.kvstore.internal.support;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.UnavailableException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Limits and spaces out the retries of a compare-and-set of a key. Not thread-safe. */
public final class Contention {
  /**
   * Every failure means that another writer succeeded, so only extreme contention reaches this
   * number.
   */
  private static final int MAX_ATTEMPTS = 1000;

  /** Twice the time limit of an operation on MongoDB by default. */
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final String key;
  private final LongSupplier nanoTime;
  private final long began;
  private int attempts;

  public Contention(String key) {
    this(key, System::nanoTime);
  }

  Contention(String key, LongSupplier nanoTime) {
    this.key = key;
    this.nanoTime = nanoTime;
    this.began = nanoTime.getAsLong();
  }

  /** Waits for a random time that grows with the attempts, at most 10 milliseconds. */
  public static void pause(int attempts) {
    long atMost = Math.min(LONGEST_PAUSE_NANOS, SHORTEST_PAUSE_NANOS << Math.min(attempts, 10));
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(atMost));
  }

  /**
   * Counts a lost race and waits like {@link #pause}, so that each of many writers eventually
   * succeeds.
   *
   * @throws KVException with {@link ErrorCode#CONFLICT} after a thousand attempts or 30 seconds;
   *     nothing was changed
   * @throws UnavailableException if the thread is interrupted; its interrupt flag stays set, and
   *     nothing was changed
   */
  public void lost() {
    attempts++;
    if (attempts == MAX_ATTEMPTS || nanoTime.getAsLong() - began >= LONGEST.toNanos()) {
      throw new KVException(
          ErrorCode.CONFLICT,
          "Key '" + key + "' was changed by others each of the " + attempts
              + " times that a change of it was tried; nothing was changed");
    }
    pause(attempts);
    if (Thread.currentThread().isInterrupted()) {
      throw new UnavailableException(
          "The thread was interrupted while a change of key '" + key
              + "' was tried again; nothing was changed",
          null);
    }
  }
}
