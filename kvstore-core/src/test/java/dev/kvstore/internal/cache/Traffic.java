package dev.kvstore.internal.cache;

import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Bursts of writes, and reads of a few keys in one process. Each read is checked immediately: it
 * must not be older than anything that the process has read or written before (promises 2 and 3).
 * Data for checks across processes goes to a {@link Chronicle}. Keys are never deleted, so that
 * versions order their writes.
 */
final class Traffic implements AutoCloseable {
  private static final long BETWEEN_READS = Duration.ofNanos(100_000).toNanos();
  private static final long BETWEEN_WRITES = Duration.ofMillis(2).toNanos();
  private static final long LONGEST_REST = Duration.ofMillis(100).toNanos();
  private static final int LONGEST_BURST = 10;

  final Chronicle chronicle = new Chronicle();
  final Queue<String> violations = new ConcurrentLinkedQueue<>();
  final AtomicLong reads = new AtomicLong();
  final AtomicLong markedReads = new AtomicLong();
  final AtomicLong unavailableReads = new AtomicLong();
  final AtomicLong writes = new AtomicLong();
  private final EntryStore store;
  private final List<String> keys;
  private final Map<String, AtomicLong> seen = new ConcurrentHashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;

  Traffic(EntryStore store, List<String> keys) {
    this.store = store;
    this.keys = List.copyOf(keys);
    keys.forEach(key -> seen.put(key, new AtomicLong()));
  }

  Traffic write(int writers) {
    return start(writers, this::writeBurst);
  }

  Traffic read(int readers) {
    return start(readers, () -> {
      read(anyKey());
      LockSupport.parkNanos(BETWEEN_READS);
    });
  }

  private Traffic start(int count, Runnable turn) {
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(
          () -> {
            while (!stopped) {
              turn.run();
            }
          },
          "traffic");
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
    return this;
  }

  private String anyKey() {
    return keys.get(ThreadLocalRandom.current().nextInt(keys.size()));
  }

  private void writeBurst() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int i = random.nextInt(LONGEST_BURST); i >= 0 && !stopped; i--) {
      write(anyKey());
      LockSupport.parkNanos(random.nextLong(BETWEEN_WRITES));
    }
    LockSupport.parkNanos(random.nextLong(LONGEST_REST));
  }

  private void write(String key) {
    try {
      RawValue value = FakeDatabase.value(ThreadLocalRandom.current().nextInt());
      long version =
          RawStore.of(store).write(new Write(key, value, WriteOptions.DEFAULT)).version();
      chronicle.acknowledged(key, version, System.nanoTime());
      saw(key, version);
      writes.incrementAndGet();
    } catch (KVException e) {
      // Not acknowledged, so there is no promise.
    }
  }

  private void read(String key) {
    long before = seen(key).get();
    long begun = System.nanoTime();
    try {
      Optional<KVEntry<RawValue>> entry = RawStore.of(store).read(key, ReadOptions.DEFAULT);
      reads.incrementAndGet();
      if (entry.map(KVEntry::stale).orElse(false)) {
        markedReads.incrementAndGet();
        return;
      }
      long version = entry.map(KVEntry::version).orElse(0L);
      if (version < before) {
        violations.add("Promise 2 or 3: " + key + " at v" + version + " was read after v" + before);
      }
      chronicle.read(key, version, begun);
      saw(key, version);
    } catch (KVException e) {
      unavailableReads.incrementAndGet();
    }
  }

  private void saw(String key, long version) {
    seen(key).accumulateAndGet(version, Math::max);
  }

  private AtomicLong seen(String key) {
    return seen.computeIfAbsent(key, none -> new AtomicLong());
  }

  /** Waits until all threads have finished. */
  @Override
  public void close() {
    stopped = true;
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while readers and writers ended", e);
    }
  }
}
