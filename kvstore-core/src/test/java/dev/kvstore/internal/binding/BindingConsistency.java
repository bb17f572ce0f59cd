package dev.kvstore.internal.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.BatchOptions;
import dev.kvstore.BindOptions;
import dev.kvstore.KVBinding;
import dev.kvstore.KVEntry;
import dev.kvstore.KVStore;
import dev.kvstore.ReadOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.RawValue;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests that an object has all or none of the values that were written atomically. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BindingConsistency {
  private static final BatchOptions ATOMIC = BatchOptions.DEFAULT.atomic();

  record Rest(int c, int d) {}

  record All(int a, int b, Rest rest) {
    boolean isTorn() {
      return a != b || b != rest.c || rest.c != rest.d;
    }
  }

  /** A reader that accepts the first scan. */
  private static final class Hasty extends PrefixReader {
    Hasty(EntryStore entries, Prefix prefix) {
      super(entries, prefix);
    }

    @Override
    boolean isSettled(Map<String, KVEntry<RawValue>> before, Map<String, KVEntry<RawValue>> after) {
      return true;
    }
  }

  abstract EntryStore open(String name);

  private static void write(KVStore store, int value) {
    store.setMany(
        Map.of("p", Map.of("a", value), "p.b", value, "p.rest.c", value, "p.rest.d", value),
        ATOMIC);
  }

  /** Reads while all keys are written between two pages, once in each of two scans. */
  private All readWhileWritten(String name, boolean hasty) {
    EntryStore entries = open(name);
    BsonCodec codec = BsonCodec.create();
    try (KVStore store = TypedKVStore.over(entries, codec)) {
      write(store, 0);
      AtomicInteger writes = new AtomicInteger();
      EntryStore slow = Stores.pageByPage(entries, range -> {
        if ("p.b".equals(range.after()) && writes.get() < 2) {
          write(store, writes.incrementAndGet());
        }
      });
      Settings<All> settings = new Settings<>(Prefix.of("p"), All.class, BindOptions.none(), codec);
      PrefixReader reader =
          hasty ? new Hasty(slow, settings.prefix()) : new PrefixReader(slow, settings.prefix());
      All read = settings.make(reader.read(ReadOptions.DEFAULT)).object();
      assertThat(writes).hasValue(2);
      return Objects.requireNonNull(read);
    }
  }

  @Test
  void entries_areInTheOrderOfTheirKeys() {
    EntryStore entries = open("order");
    try (KVStore store = TypedKVStore.over(entries, BsonCodec.create())) {
      store.setMany(Map.of("p.\uD83D\uDE00", 1, "p.\uFFFD", 2, "p.a", 3));
      assertThat(new PrefixReader(entries, Prefix.of("p"))
              .read(ReadOptions.DEFAULT)
              .keySet())
          .containsExactly("p.a", "p.\uFFFD", "p.\uD83D\uDE00");
    }
  }

  @Test
  void writtenBetweenPages_isReadAgain() {
    assertThat(readWhileWritten("between", false)).isEqualTo(new All(2, 2, new Rest(2, 2)));
  }

  @Test
  void writtenBetweenPages_readOnce_isTorn() {
    assertThat(readWhileWritten("torn", true).isTorn()).isTrue();
  }

  @Test
  void writtenByMany_isNeverSeenInPart_andConverges() throws Exception {
    EntryStore entries = open("stress");
    ExecutorService threads = Executors.newCachedThreadPool();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger values = new AtomicInteger();
    Queue<All> seen = new ConcurrentLinkedQueue<>();
    try (KVStore store =
        TypedKVStore.over(Stores.pageByPage(entries, range -> {}), BsonCodec.create())) {
      write(store, 0);
      KVBinding<All> binding = store.bind("p", All.class);
      binding.onChange((previous, current) -> seen.add(current));
      Future<?> reader = threads.submit(() -> {
        while (!stop.get()) {
          assertThat(binding.current().isTorn()).isFalse();
        }
      });
      Callable<Boolean> burst = () -> {
        for (int i = 0; i < 10; i++) {
          write(store, values.incrementAndGet());
        }
        return true;
      };
      for (int round = 0; round < 25; round++) {
        for (Future<Boolean> done : threads.invokeAll(List.of(burst, burst))) {
          done.get();
        }
        int last = Objects.requireNonNull(store.get("p.b", Integer.class));
        await().untilAsserted(() -> assertThat(binding.current().b()).isEqualTo(last));
      }
      await().untilAsserted(() -> assertThat(seen).last().isEqualTo(binding.current()));
      assertThat(seen).noneMatch(All::isTorn).doesNotHaveDuplicates();
      stop.set(true);
      reader.get();
    } finally {
      stop.set(true);
      threads.shutdownNow();
    }
  }
}
