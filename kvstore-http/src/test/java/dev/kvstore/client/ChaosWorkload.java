package dev.kvstore.client;

import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs readers and writers, each with its own key and all with the same counters. Records
 * acknowledged writes and detects contradictions.
 */
final class ChaosWorkload {
  static final int COUNTERS = 2;

  private static final int WRITERS = 8;
  private static final int READERS = 3;
  private static final Duration LONGEST_RUN = Duration.ofSeconds(6);

  /** How much a call may exceed its time limit on a busy machine. */
  private static final Duration SLACK = Duration.ofSeconds(10);

  /** The operations; they throw the exceptions of a store. */
  interface Operations {
    void set(String key, int value);

    void increment(String counter);

    /** Returns the value, or 0 if there is none. */
    int get(String key);
  }

  /** The known state of a writer's own key. */
  private static final class Register {
    final AtomicInteger acknowledged = new AtomicInteger();
    final Set<Integer> unknown = ConcurrentHashMap.newKeySet();

    /**
     * Returns true if a read may return this value, if the read started when this much was
     * acknowledged.
     */
    boolean allows(int value, int atLeast) {
      return value >= atLeast || unknown.contains(value);
    }
  }

  private final List<Register> registers = new ArrayList<>();
  private final AtomicLong[] counted = new AtomicLong[COUNTERS];
  private final AtomicLong[] unknown = new AtomicLong[COUNTERS];
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final Operations operations;
  private final Duration timeout;
  private final int steps;
  private final long end = System.nanoTime() + LONGEST_RUN.toNanos();

  /**
   * @param timeout the time limit of one operation
   * @param steps the number of operations of each writer, unless that takes too long
   */
  ChaosWorkload(Operations operations, Duration timeout, int steps) {
    this.operations = operations;
    this.timeout = timeout;
    this.steps = steps;
    for (int i = 0; i < WRITERS; i++) {
      registers.add(new Register());
    }
    for (int i = 0; i < COUNTERS; i++) {
      counted[i] = new AtomicLong();
      unknown[i] = new AtomicLong();
    }
  }

  /** Runs the workload and returns when all threads have ended. */
  void run() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS + READERS);
    List<Future<?>> running = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      int number = writer;
      running.add(threads.submit(() -> write(number)));
    }
    for (int reader = 0; reader < READERS; reader++) {
      running.add(threads.submit(this::read));
    }
    threads.shutdown();
    try {
      for (Future<?> thread : running) {
        thread.get(60, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Compares the stored state with the acknowledged writes.
   *
   * @param direct operations on the service without the proxy
   */
  void check(Operations direct) {
    for (int i = 0; i < WRITERS; i++) {
      Register register = registers.get(i);
      int value = direct.get("w" + i);
      int acknowledged = register.acknowledged.get();
      if (value != acknowledged && !register.unknown.contains(value)) {
        violations.add("w" + i + " has " + value + ", acknowledged was " + acknowledged);
      }
    }
    for (int i = 0; i < COUNTERS; i++) {
      long value = direct.get("c" + i);
      long least = counted[i].get();
      if (value < least || value > least + unknown[i].get()) {
        violations.add("c" + i + " has " + value + ", acknowledged were " + least + " and "
            + unknown[i].get() + " are unknown");
      }
    }
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  int done() {
    return done.get();
  }

  int failed() {
    return failed.get();
  }

  private void write(int writer) {
    Register register = registers.get(writer);
    for (int step = 1; step <= steps && System.nanoTime() - end < 0; step++) {
      int value = step;
      attempt(
          () -> operations.set("w" + writer, value),
          () -> register.acknowledged.set(value),
          () -> register.unknown.add(value));
      int counter = step % COUNTERS;
      attempt(
          () -> operations.increment("c" + counter),
          counted[counter]::incrementAndGet,
          unknown[counter]::incrementAndGet);
    }
  }

  private void read() {
    for (int step = 1; step <= steps && System.nanoTime() - end < 0; step++) {
      int writer = step % WRITERS;
      Register register = registers.get(writer);
      int atLeast = register.acknowledged.get();
      attempt(
          () -> {
            int value = operations.get("w" + writer);
            if (!register.allows(value, atLeast)) {
              violations.add("w" + writer + " was read as " + value + " after " + atLeast
                  + " was acknowledged");
            }
          },
          () -> {},
          () -> {});
    }
  }

  private void attempt(Runnable operation, Runnable acknowledged, Runnable unknownOutcome) {
    long begin = System.nanoTime();
    try {
      operation.run();
      acknowledged.run();
      done.incrementAndGet();
    } catch (OutcomeUnknownException e) {
      unknownOutcome.run();
      failed.incrementAndGet();
    } catch (KVException e) {
      failed.incrementAndGet();
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    if (took.compareTo(timeout.plus(SLACK)) > 0) {
      violations.add("An operation took " + took);
    }
  }
}
