package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Finds threads that some code starts and leaks, regardless of other threads in the JVM. */
public final class OwnThreads {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private OwnThreads() {}

  /** Runs the action, and fails if a thread that it started does not end soon after. */
  public static void assertNoneLeft(Runnable action) throws Exception {
    // A thread is in the group of the thread that starts it.
    ThreadGroup group = new ThreadGroup("own");
    FutureTask<Void> task = new FutureTask<>(action, null);
    new Thread(group, task, "own").start();
    task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(names(group)).isEmpty());
  }

  private static List<String> names(ThreadGroup group) {
    Thread[] threads = new Thread[group.activeCount() + 1];
    group.enumerate(threads);
    return Arrays.stream(threads).filter(Objects::nonNull).map(Thread::getName).toList();
  }
}
