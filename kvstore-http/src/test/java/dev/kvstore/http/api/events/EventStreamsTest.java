package dev.kvstore.http.api.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventStreamsTest {
  private final EventStreams streams = new EventStreams(EventSettings.DEFAULT);

  @AfterEach
  void close() {
    streams.close();
  }

  @Test
  void count_waitsForWhoChangesTheStreams() throws Exception {
    Thread counting = new Thread(streams::count, "counting");
    synchronized (streams) {
      counting.start();
      await()
          .until(
              counting::getState,
              state -> state == Thread.State.BLOCKED || state == Thread.State.TERMINATED);
      assertThat(counting.getState()).isEqualTo(Thread.State.BLOCKED);
    }
    counting.join();
  }

  @Test
  void timer_outlivesWhatItsActionsThrow() {
    AtomicInteger calls = new AtomicInteger();
    var unused = streams.repeat(
        () -> {
          calls.incrementAndGet();
          throw new AssertionError("a failure of the test");
        },
        Duration.ZERO,
        Duration.ofMillis(1));

    await().until(() -> calls.get() >= 3);
  }

  @Test
  void close_endsTheThreads() {
    CompletableFuture.runAsync(() -> {}, streams.writers()).join();
    CompletableFuture.runAsync(() -> {}, streams.readers()).join();
    streams.close();

    assertThat(streams.writers().isTerminated()).isTrue();
    assertThat(streams.readers().isTerminated()).isTrue();
  }
}
