package dev.kvstore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KVEntry;
import dev.kvstore.ReadOptions;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.mongo.MongoEntryDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.StandInReplicaSet;
import dev.kvstore.testing.WireServer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A cache whose way to the database fails for a while, as others go on writing. How long is said by
 * the system property {@code kvstore.outage.seconds}.
 */
@Timeout(300)
class NearCacheOutageTest {
  private static final Duration OUTAGE =
      Duration.ofSeconds(Long.getLong("kvstore.outage.seconds", 4));
  private static final Duration BOUND = Duration.ofSeconds(1);

  /** What a machine may add that does not let the threads run that look at the time. */
  private static final Duration TOLERANCE = Duration.ofSeconds(1);

  private static final Duration TIMEOUT = Duration.ofMillis(800);
  private static final Duration LONG = Duration.ofSeconds(60);
  /** Nobody writes it. */
  private static final String QUIET = "quiet";

  private static final List<String> KEYS = List.of(QUIET, "a", "b", "c");

  /** Threads that the driver may start for a while, to look for its server. */
  private static final int FEW = 2;

  private final Set<Thread> before = Thread.getAllStackTraces().keySet();
  private StandInReplicaSet server;
  private WireServer way;
  private MongoEntryDatabase others;
  private MongoEntryDatabase database;
  private EntryStore direct;

  /** How the way fails. */
  private enum Failure {
    /** Nobody is there. */
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
    /** Somebody is there, and never answers. */
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
    MongoSettings settings = MongoSettings.DEFAULT.withDatabase("outage");
    others = MongoEntryDatabase.open(server.connectionString(), settings);
    database = MongoEntryDatabase.open(way.uri(), settings.withTimeout(TIMEOUT));
    direct = others.store("settings");
    KEYS.forEach(key -> direct.write(new Write(key, FakeDatabase.value(1), WriteOptions.DEFAULT)));
  }

  @AfterEach
  void close() {
    database.close();
    others.close();
    way.close();
    server.close();
  }

  private NearCache cache(NearCacheSettings.PastBound policy, Rig.Parts parts) {
    NearCacheSettings settings =
        NearCacheSettings.builder().stalenessBound(BOUND).pastBound(policy).build();
    NearCache cache = MutatedCache.over(database.store("settings"), settings, parts);
    awaitCoherent(cache);
    return cache;
  }

  /** Waits until it serves what it holds, of each key. */
  private static void awaitCoherent(NearCache cache) {
    for (String key : KEYS) {
      await().atMost(LONG).until(() -> {
        cache.read(key, ReadOptions.DEFAULT);
        return cache.held(key) != null;
      });
    }
  }

  @ParameterizedTest
  @EnumSource
  void readThrough_isNeverOlderThanTheBound_orFails(Failure failure, TestReporter reporter)
      throws Exception {
    try (NearCache cache = cache(NearCacheSettings.PastBound.READ_THROUGH, new Rig.Parts())) {
      Traffic readers = run(cache, failure, reporter, () -> {
        assertThatThrownBy(() -> cache.read(QUIET, ReadOptions.DEFAULT))
            .isInstanceOf(UnavailableException.class);
      });
      assertThat(readers.unavailableReads).hasPositiveValue();
      assertThat(readers.markedReads).hasValue(0);
    }
    assertNoThreadIsLeft();
  }

  @ParameterizedTest
  @EnumSource
  void serveStale_isNeverOlderThanTheBound_orMarked(Failure failure, TestReporter reporter)
      throws Exception {
    try (NearCache cache = cache(NearCacheSettings.PastBound.SERVE_STALE, new Rig.Parts())) {
      Traffic readers = run(cache, failure, reporter, () -> {
        assertThat(cache.read(QUIET, ReadOptions.DEFAULT))
            .hasValueSatisfying(entry -> assertThat(entry.stale()).isTrue());
      });
      assertThat(readers.markedReads).hasPositiveValue();
    }
    assertNoThreadIsLeft();
  }

  /** Shows that the checks find what they look for. */
  @Test
  void withoutALease_olderReadsAreFound() throws Exception {
    try (NearCache cache =
        cache(NearCacheSettings.PastBound.READ_THROUGH, new Mutants.HasNoLease())) {
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
   * Reads before, in and after an outage, while others write, and checks what was read.
   *
   * @param inOutage is to hold when the bound has passed, and until the outage ends
   */
  private Traffic run(NearCache cache, Failure failure, TestReporter reporter, Runnable inOutage)
      throws InterruptedException {
    Traffic readers = new Traffic(cache, KEYS);
    Traffic writers = new Traffic(direct, KEYS.subList(1, KEYS.size()));
    try (readers;
        writers) {
      writers.write(2);
      readers.read(2);
      awaitReads(readers);
      assertThat(cache.health().hits()).isPositive();

      long written = writers.writes.get();
      int threads = ours().size();
      long cpuBefore = cpuNanos();
      failure.begin(way);
      long end = System.nanoTime() + OUTAGE.toNanos();
      await().atMost(LONG).until(() -> !cache.health().coherent());
      do {
        inOutage.run();
        LockSupport.parkNanos(BOUND.toNanos() / 2);
      } while (System.nanoTime() < end);
      long cpu = cpuNanos() - cpuBefore;
      assertThat(cache.health().coherent()).isFalse();
      assertThat(ours()).hasSizeLessThanOrEqualTo(threads + FEW);
      assertThat(Duration.ofNanos(cpu)).isLessThan(OUTAGE.dividedBy(10));
      assertThat(writers.writes.get()).isGreaterThan(written);

      failure.end(way);
      long back = System.nanoTime();
      await().atMost(LONG).until(() -> cache.health().coherent());
      reporter.publishEntry(Map.of(
          "cpu in the outage, ms", Long.toString(Duration.ofNanos(cpu).toMillis()),
          "coherent after, ms",
              Long.toString(Duration.ofNanos(System.nanoTime() - back).toMillis())));
      awaitReads(readers);
    }
    checkConvergence(cache);
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

  /** After the last write every key comes to be held as it is, and others' writes are heard of. */
  private void checkConvergence(NearCache cache) {
    KEYS.forEach(key -> awaitHeld(cache, key, version(direct.read(key))));
    long next = direct
        .write(new Write(QUIET, FakeDatabase.value(2), WriteOptions.DEFAULT))
        .version();
    awaitHeld(cache, QUIET, next);
  }

  private static void awaitHeld(NearCache cache, String key, long version) {
    await().atMost(LONG).untilAsserted(() -> {
      assertThat(version(cache.read(key, ReadOptions.DEFAULT))).isEqualTo(version);
      assertThat(cache.held(key)).isNotNull();
    });
  }

  private static long version(Optional<KVEntry<RawValue>> entry) {
    return entry.orElseThrow().version();
  }

  private void assertNoThreadIsLeft() {
    database.close();
    await().atMost(LONG).untilAsserted(() -> assertThat(ours()).isEmpty());
  }

  /** The threads of the cache, its feed and the driver that came with this test. */
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
