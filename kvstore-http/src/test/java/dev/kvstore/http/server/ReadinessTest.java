package dev.kvstore.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.kvstore.UnavailableException;
import dev.kvstore.http.HookedDatabase;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ReadinessTest {
  @TempDir
  private Path folder;

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger pings = new AtomicInteger();
  private HookedDatabase database;
  private Readiness readiness;

  @BeforeEach
  void open() {
    database = new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    database.before(method -> pings.incrementAndGet());
    readiness = new Readiness(database, nanos::get);
  }

  @AfterEach
  void close() {
    database.before(method -> {});
    database.close();
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void answer_isKeptForASecond() {
    readiness.check();
    pass(Duration.ofMillis(999));
    readiness.check();
    assertThat(pings).hasValue(1);

    pass(Duration.ofMillis(1));
    readiness.check();
    assertThat(pings).hasValue(2);
  }

  @Test
  void failure_isKeptForASecond_thenForgotten() {
    database.before(method -> {
      pings.incrementAndGet();
      throw new UnavailableException("down", null);
    });
    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(UnavailableException.class)
          .isThrownBy(readiness::check)
          .withMessage("down");
    }
    assertThat(pings).hasValue(1);

    database.before(method -> {});
    pass(Duration.ofSeconds(1));
    readiness.check();
  }

  @Test
  void databaseThatHangs_isAskedOnce_andEveryCallerFailsWithoutIt() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    database.before(method -> {
      pings.incrementAndGet();
      asked.countDown();
      try {
        released.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      Future<?> first = threads.submit(this::assertNoAnswer);
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
      first.get();
      pass(Duration.ofSeconds(5));
      List<Future<?>> others = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        others.add(threads.submit(this::assertNoAnswer));
      }
      for (Future<?> other : others) {
        other.get();
      }
      assertThat(pings).hasValue(1);

      released.countDown();
      await().ignoreException(UnavailableException.class).until(() -> {
        readiness.check();
        return true;
      });
      assertThat(pings).hasValue(2);
    } finally {
      released.countDown();
      threads.shutdownNow();
    }
  }

  private void assertNoAnswer() {
    assertThatExceptionOfType(UnavailableException.class)
        .isThrownBy(readiness::check)
        .withMessageContaining("has not answered");
  }
}
