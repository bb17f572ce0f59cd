package dev.kvstore.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.CacheHealth;
import dev.kvstore.KVEntry;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.MongoStack;
import dev.kvstore.testing.RawStore;
import dev.kvstore.testing.StandInReplicaSet;
import dev.kvstore.testing.WireServer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests a cache whose connection to the database fails for a while, while others continue to write.
 * The system property {@code kvstore.outage.seconds} sets the duration.
 */
@Timeout(300)
class NearCacheOutageTest {
  private static final Duration OUTAGE =
      Duration.ofSeconds(Long.getLong("kvstore.outage.seconds", 4));
  private static final Duration BOUND = Duration.ofSeconds(1);

  /** An allowance for machines that delay the threads that check the time. */
  private static final Duration TOLERANCE = Duration.ofSeconds(1);

  private static final Duration TIMEOUT = Duration.ofMillis(800);
  private static final Duration LONG = Duration.ofSeconds(60);
  /** A key that is never written. */
  private static final String QUIET = "quiet";

  private static final MongoSettings SETTINGS =
      MongoSettings.DEFAULT.withDatabase("outage").withoutNearCache();
  private static final List<String> KEYS = List.of(QUIET, "a", "b", "c");

  /** The number of threads that the driver may start temporarily to find its server. */
  private static final int FEW = 2;

  private final Set<Thread> before = Thread.getAllStackTraces().keySet();
  private StandInReplicaSet server;
  private WireServer way;
  private final List<StoreStack> databases = new ArrayList<>();
  private RawStore direct;

  /** The kind of failure. */
  private enum Failure {
    /** Connections are refused. */
    REFUSED {
      @Override
      void begin(WireServer way) {
        way.refuse();
      }

      @Override
      void end(WireServer way) {
        way.accept(true);
      }
    },
    /** Connections are accepted, but never answered. */
    FROZEN {
      @Override
      void begin(WireServer way) {
        way.freeze();
      }

      @Override
      void end(WireServer way) {
        way.thaw();
      }
    };

    abstract void begin(WireServer way);

    abstract void end(WireServer way);
  }

  @BeforeEach
  void open() {
    server = StandInReplicaSet.start();
    server.noopEvery(Duration.ofMillis(100));
    way = server.openAnotherWay();
    direct = RawStore.of(open(server.connectionString(), SETTINGS));
    KEYS.forEach(key -> direct.write(new Write(key, FakeDatabase.value(1), WriteOptions.DEFAULT)));
  }

  @AfterEach
  void close() {
    databases.forEach(StoreStack::close);
    way.close();
    server.close();
  }

  private EntryStore open(String uri, MongoSettings settings) {
    StoreStack database = MongoStack.open(uri, settings);
    databases.add(database);
    return database.store("settings");
  }

  private EntryStore cached(NearCacheSettings.PastBound policy) {
    NearCacheSettings cache =
        NearCacheSettings.builder().stalenessBound(BOUND).pastBound(policy).build();
    RawStore store =
        RawStore.of(open(way.uri(), SETTINGS.withTimeout(TIMEOUT).withNearCache(cache)));
    awaitCoherent(store);
    return store;
  }

  private static CacheHealth health(EntryStore store) {
    return RawStore.of(store).cache().orElseThrow().health();
  }

  /** Retries, because a busy machine may need longer for a read than its time limit. */
  private static ConditionFactory patiently() {
    return await().atMost(LONG).ignoreExceptionsInstanceOf(UnavailableException.class);
  }

  /** Waits until every key is served from the cache. */
  private static void awaitCoherent(EntryStore store) {
    for (String key : KEYS) {
      patiently().until(() -> {
        RawStore.of(store).read(key);
        return RawStore.of(store).held(key) != null;
      });
    }
  }

  @ParameterizedTest
  @EnumSource
  void readThrough_isNeverOlderThanTheBound_orFails(Failure failure, TestReporter reporter) {
    try (RawStore store = RawStore.of(cached(NearCacheSettings.PastBound.READ_THROUGH))) {
      Traffic readers = run(store, failure, reporter, () -> {
        assertThatThrownBy(() -> store.read(QUIET)).isInstanceOf(UnavailableException.class);
      });
      assertThat(readers.unavailableReads).hasPositiveValue();
      assertThat(readers.markedReads).hasValue(0);
    }
    assertNoThreadIsLeft();
  }

  @ParameterizedTest
  @EnumSource
  void serveStale_isNeverOlderThanTheBound_orMarked(Failure failure, TestReporter reporter) {
    try (RawStore store = RawStore.of(cached(NearCacheSettings.PastBound.SERVE_STALE))) {
      Traffic readers = run(store, failure, reporter, () -> {
        assertThat(store.read(QUIET))
            .hasValueSatisfying(entry -> assertThat(entry.stale()).isTrue());
      });
      assertThat(readers.markedReads).hasPositiveValue();
    }
    assertNoThreadIsLeft();
  }

  /** Proves that the checks detect violations. */
  @Test
  void withoutALease_olderReadsAreFound() {
    // A reader that waits long for an uncached key would read nothing else.
    RawStore plain = RawStore.of(open(way.uri(), SETTINGS.withTimeout(TIMEOUT)));
    NearCacheSettings settings =
        NearCacheSettings.builder().stalenessBound(BOUND).build();
    try (NearCache cache = MutatedCache.over(plain, settings, new Mutants.HasNoLease())) {
      awaitCoherent(cache);
      Traffic readers = new Traffic(cache, KEYS);
      try (readers;
          Traffic writers = new Traffic(direct, KEYS).write(2)) {
        readers.read(2);
        awaitReads(readers);
        Failure.FROZEN.begin(way);
        await().atMost(LONG).until(() -> {
          readers.chronicle.addAll(writers.chronicle);
          return readers.chronicle.oldestRead().compareTo(BOUND.plus(TOLERANCE)) > 0;
        });
        Failure.FROZEN.end(way);
      }
    }
  }

  /**
   * Reads before, during and after an outage, while others write, and checks the results.
   *
   * @param inOutage must hold from when the bound has passed until the outage ends
   */
  private Traffic run(EntryStore store, Failure failure, TestReporter reporter, Runnable inOutage) {
    Traffic readers = new Traffic(store, KEYS);
    Traffic writers = new Traffic(direct, KEYS.subList(1, KEYS.size()));
    try (readers;
        writers) {
      writers.write(2);
      readers.read(2);
      awaitReads(readers);
      assertThat(health(store).hits()).isPositive();

      long written = writers.writes.get();
      int threads = ours().size();
      long cpuBefore = cpuNanos();
      failure.begin(way);
      long end = System.nanoTime() + OUTAGE.toNanos();
      await().atMost(LONG).until(() -> !health(store).coherent());
      do {
        inOutage.run();
        LockSupport.parkNanos(BOUND.toNanos() / 2);
      } while (System.nanoTime() < end);
      long cpu = cpuNanos() - cpuBefore;
      assertThat(health(store).coherent()).isFalse();
      assertThat(ours()).hasSizeLessThanOrEqualTo(threads + FEW);
      assertThat(Duration.ofNanos(cpu)).isLessThan(OUTAGE.dividedBy(10));
      assertThat(writers.writes.get()).isGreaterThan(written);

      failure.end(way);
      long back = System.nanoTime();
      await().atMost(LONG).until(() -> health(store).coherent());
      reporter.publishEntry(Map.of(
          "cpu in the outage, ms", Long.toString(Duration.ofNanos(cpu).toMillis()),
          "coherent after, ms",
              Long.toString(Duration.ofNanos(System.nanoTime() - back).toMillis())));
      awaitReads(readers);
    }
    checkConvergence(store);
    readers.chronicle.addAll(writers.chronicle);
    Duration oldest = readers.chronicle.oldestRead();
    reporter.publishEntry("oldest read, ms", Long.toString(oldest.toMillis()));
    assertThat(readers.violations).isEmpty();
    assertThat(oldest).isLessThan(BOUND.plus(TOLERANCE));
    return readers;
  }

  private static void awaitReads(Traffic readers) {
    long enough = readers.reads.get() + 1000;
    await().atMost(LONG).until(() -> readers.reads.get() >= enough);
  }

  /**
   * Checks that after the last write every key is cached in its final state, and that writes of
   * others are received.
   */
  private void checkConvergence(EntryStore store) {
    KEYS.forEach(key -> awaitHeld(store, key, version(direct.read(key))));
    long next = direct
        .write(new Write(QUIET, FakeDatabase.value(2), WriteOptions.DEFAULT))
        .version();
    awaitHeld(store, QUIET, next);
  }

  private static void awaitHeld(EntryStore store, String key, long version) {
    patiently().untilAsserted(() -> {
      assertThat(version(RawStore.of(store).read(key))).isEqualTo(version);
      assertThat(RawStore.of(store).held(key)).isNotNull();
    });
  }

  private static long version(Optional<KVEntry<RawValue>> entry) {
    return entry.orElseThrow().version();
  }

  private void assertNoThreadIsLeft() {
    databases.forEach(StoreStack::close);
    await().atMost(LONG).untilAsserted(() -> assertThat(ours()).isEmpty());
  }

  /** Returns the threads of the cache, its feed and the driver that this test has started. */
  private List<Thread> ours() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !before.contains(thread))
        .filter(thread ->
            thread.getName().startsWith("kvstore-") || thread.getName().contains(way.address()))
        .toList();
  }

  private long cpuNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return ours().stream()
        .mapToLong(thread -> Math.max(0, threads.getThreadCpuTime(thread.getId())))
        .sum();
  }
}
