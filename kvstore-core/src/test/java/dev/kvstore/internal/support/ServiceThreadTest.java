package dev.kvstore.internal.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServiceThreadTest {
  private final AtomicInteger steps = new AtomicInteger();
  private final CountDownLatch ended = new CountDownLatch(1);

  private ServiceThread thread(Work work) {
    return new ServiceThread("kvstore-test", "a test") {
      @Override
      protected void step() throws InterruptedException {
        steps.incrementAndGet();
        work.run();
      }

      @Override
      protected void ended() {
        ended.countDown();
      }
    };
  }

  private interface Work {
    void run() throws InterruptedException;
  }

  @Test
  void step_throwsAnything_theNextBegins() {
    try (ServiceThread thread = thread(() -> {
      if (steps.get() % 2 == 0) {
        throw new StackOverflowError();
      }
      throw new IllegalStateException("injected");
    })) {
      thread.start();
      await().atMost(Duration.ofSeconds(30)).until(() -> steps.get() >= 3);
      assertThat(thread.isAlive()).isTrue();
    }
  }

  @Test
  void close_wakesThePause_andWaitsForTheEnd() throws Exception {
    ServiceThread[] own = new ServiceThread[1];
    own[0] = thread(() -> own[0].pause(Duration.ofDays(1)));
    own[0].start();
    await().until(() -> steps.get() == 1);
    own[0].close();

    assertThat(own[0].isAlive()).isFalse();
    assertThat(ended.await(0, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void interrupt_endsAWait_butNotTheThread() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    ServiceThread thread = thread(never::await);
    thread.start();
    await().until(() -> steps.get() == 1);
    thread.interrupt();
    await().until(() -> steps.get() == 2);

    thread.stop();
    thread.interrupt();
    assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
  }

  @Test
  void close_byTheThreadItself_doesNotWait() throws Exception {
    ServiceThread[] own = new ServiceThread[1];
    own[0] = thread(() -> own[0].close());
    own[0].start();

    assertThat(own[0].join(Duration.ofSeconds(4))).isTrue();
    assertThat(steps).hasValue(1);
  }
}
