package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVMetadata;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

interface RaceContract extends StoreFixture {
  int THREADS = 64;

  @Test
  default void setDefault_raced_storesOneAndReturnsItToAll() throws Exception {
    for (int round = 0; round < 3; round++) {
      String key = "k" + round;
      List<String> seen = race(i -> store().setDefault(key, "of thread " + i));
      assertThat(seen).hasSize(THREADS).containsOnly(store().get(key, String.class));
      assertThat(store().entry(key, String.class).version()).isEqualTo(1);
    }
  }

  @Test
  default void setDefault_racedOverExpired_storesOneAndReturnsItToAll() throws Exception {
    store().set("k", "expired", WriteOptions.DEFAULT.ttl(Duration.ofHours(1)));
    clock().advance(Duration.ofHours(2));
    List<String> seen = race(i -> store().setDefault("k", "of thread " + i));
    assertThat(seen)
        .hasSize(THREADS)
        .containsOnly(store().get("k", String.class))
        .doesNotContain("expired");
  }

  @Test
  default void ifAbsent_raced_hasOneWinner() throws Exception {
    List<Boolean> won = race(i -> wins(() -> store().set("k", i, WriteOptions.ifAbsent())));
    assertThat(won).containsOnlyOnce(true);
  }

  @Test
  default void ifMatch_raced_hasOneWinner() throws Exception {
    KVMetadata first = store().set("k", -1);
    List<Boolean> won =
        race(i -> wins(() -> store().set("k", i, WriteOptions.ifMatch(first.etag()))));
    assertThat(won).containsOnlyOnce(true);
    assertThat(store().entry("k", Integer.class).version()).isEqualTo(2);
  }

  @Test
  default void delete_raced_hasOneWinner() throws Exception {
    store().set("k", 1);
    assertThat(race(i -> store().delete("k"))).containsOnlyOnce(true);
  }

  @Test
  default void set_raced_countsEachVersionOnce() throws Exception {
    List<Long> versions = race(i -> store().set("k", i).version());
    assertThat(versions).doesNotHaveDuplicates().contains(1L, (long) THREADS);
  }

  @Test
  default void increment_raced_losesNone() throws Exception {
    List<Long> sums = race(i -> store().increment("n"));
    assertThat(sums).doesNotHaveDuplicates();
    assertThat(store().get("n", Integer.class)).isEqualTo(THREADS);
  }

  @Test
  default void update_raced_losesNone() throws Exception {
    store().set("n", 0);
    race(i -> store().update("n", Integer.class, n -> n + 1));
    assertThat(store().get("n", Integer.class)).isEqualTo(THREADS);
    assertThat(store().entry("n", Integer.class).version()).isEqualTo(THREADS + 1);
  }

  private static boolean wins(Runnable write) {
    try {
      write.run();
      return true;
    } catch (PreconditionFailedException e) {
      return false;
    }
  }

  /** Runs the call in all threads at once and returns their results. */
  private static <T> List<T> race(IntFunction<T> call) throws Exception {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int number = i;
        running.add(threads.submit(() -> {
          start.await();
          return call.apply(number);
        }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> one : running) {
        results.add(one.get(60, TimeUnit.SECONDS));
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
