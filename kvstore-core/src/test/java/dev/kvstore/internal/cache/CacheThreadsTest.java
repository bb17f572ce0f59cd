package dev.kvstore.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.NearCacheSettings;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Tests that no error ends the clock of a cache, and that nothing is served without a clock. */
class CacheThreadsTest {
  private static final Duration BOUND = NearCacheSettings.DEFAULT.stalenessBound();

  @Test
  void tick_actionThrowsAnything_theClockAndTheOtherActionsGoOn() {
    CacheClock clock = new CacheClock("test", Clock.systemUTC());
    AtomicInteger failures = new AtomicInteger();
    AtomicInteger ticks = new AtomicInteger();
    Runnable failing = () -> {
      switch (failures.incrementAndGet() % 3) {
        case 0 -> throw new StackOverflowError();
        case 1 -> throw new OutOfMemoryError("injected");
        default -> throw new IllegalStateException("injected");
      }
    };
    Runnable sound = ticks::incrementAndGet;
    clock.start(failing);
    clock.start(sound);
    try {
      await().until(() -> failures.get() >= 6 && ticks.get() >= 6);
      assertThat(clock.isTicking()).isTrue();
    } finally {
      clock.stop(failing);
      clock.stop(sound);
    }
  }

  @Test
  void leaseOver_whenTheTimeOfDayCannotBeTold_endsTheServing() {
    ManualClock broken = new ManualClock() {
      @Override
      long millis() {
        if (nanos() >= BOUND.toNanos()) {
          throw new StackOverflowError();
        }
        return super.millis();
      }
    };
    Rig rig = new Rig(new FakeDatabase(true), new Rig.Parts(), NearCacheSettings.DEFAULT, broken);
    rig.position();
    rig.set(1);
    assertThat(rig.raw.held(Rig.KEY)).isNotNull();
    broken.pass(BOUND);
    assertThat(rig.raw.held(Rig.KEY)).isNull();
  }

  @Test
  void leaseOver_whenUpkeepFails_endsTheServing() {
    ManualClock clock = new ManualClock();
    FakeStore store = new FakeStore(new FakeDatabase(true));
    NearCaches caches =
        new NearCaches(NearCacheSettings.DEFAULT, false, name -> store, clock, work -> {
          throw new OutOfMemoryError("injected");
        });
    RawStore cached = RawStore.of(caches.store("s"));
    cached.write(new Write(Rig.KEY, FakeDatabase.value(1), WriteOptions.DEFAULT));
    Objects.requireNonNull(store.sink).positioned(store.database.position());
    cached.read(Rig.KEY);
    assertThat(cached.held(Rig.KEY)).isNotNull();
    clock.pass(BOUND);
    assertThat(cached.held(Rig.KEY)).isNull();
    caches.close();
  }

  @Test
  void clockThreadGone_theFeedEndsTheServing_untilItTicksAgain() {
    Rig rig = new Rig().position();
    rig.set(1);
    rig.clock.passUnnoticed(Duration.ofSeconds(1));
    rig.answer(rig.database.position());
    assertThat(rig.raw.held(Rig.KEY)).isNull();
    assertThat(rig.cache.health().coherent()).isFalse();
    rig.clock.pass(Duration.ZERO);
    assertThat(rig.raw.held(Rig.KEY)).isNotNull();
  }
}
