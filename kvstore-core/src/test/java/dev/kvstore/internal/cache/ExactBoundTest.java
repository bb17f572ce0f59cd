package dev.kvstore.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Tests reads of a process that was suspended, before the clock's thread has checked the leases.
 */
class ExactBoundTest {
  private static final NearCacheSettings EXACT =
      NearCacheSettings.builder().exactBound(true).build();

  @Test
  void read_afterAStop_withExactBound_asksTheDatabase() {
    Rig rig = holdingAnOldValue(EXACT);
    rig.clock.passUnnoticed(EXACT.stalenessBound());
    assertThat(rig.raw.held(Rig.KEY)).isNull();
    assertThat(rig.raw.held(Rig.KEY, ReadOptions.DEFAULT)).isNull();
    assertThat(rig.get()).isEqualTo(2);
    assertThat(rig.raw.readMany(List.of(Rig.KEY), ReadOptions.DEFAULT))
        .singleElement()
        .satisfies(entry -> assertThat(entry.version()).isEqualTo(2));
    assertThat(rig.cache.health().coherent()).isFalse();
  }

  @Test
  void read_afterAStop_byDefault_mayReturnWhatWasHeldUntilTheNextTick() {
    Rig rig = holdingAnOldValue(NearCacheSettings.DEFAULT);
    rig.clock.passUnnoticed(NearCacheSettings.DEFAULT.stalenessBound());
    assertThat(rig.get()).isEqualTo(1);
    rig.clock.pass(Duration.ZERO);
    assertThat(rig.get()).isEqualTo(2);
  }

  @Test
  void read_withExactBoundAndNoStop_isAHitForAsLongAsTheLeaseLasts() {
    Rig rig = holdingAnOldValue(EXACT);
    int reads = rig.store.reads.get();
    rig.clock.passUnnoticed(EXACT.stalenessBound().minusMillis(1));
    assertThat(rig.get()).isEqualTo(1);
    assertThat(rig.store.reads).hasValue(reads);
  }

  @Test
  void read_afterAStop_withExactBound_knowsThatAbsenceIsOver() {
    Rig rig = new Rig(
        new Rig.Parts(),
        EXACT.toBuilder()
            .stalenessBound(Duration.ofMinutes(1))
            .partitionBound(Duration.ofMinutes(1))
            .build());
    rig.position();
    assertThat(rig.get()).isZero();
    rig.database.set(Rig.KEY, 1);
    rig.clock.passUnnoticed(EXACT.absenceTimeToLive());
    assertThat(rig.get()).isEqualTo(1);
  }

  @Test
  void read_afterAStop_withTimeToLiveAndExactBound_asksTheDatabase() {
    Rig rig =
        holdingAnOldValue(EXACT.toBuilder().timeToLive(Duration.ofSeconds(5)).build());
    rig.clock.passUnnoticed(Duration.ofSeconds(5));
    assertThat(rig.get()).isEqualTo(2);
  }

  /** Returns a rig whose cache holds 1 while the database already has 2. */
  private static Rig holdingAnOldValue(NearCacheSettings settings) {
    Rig rig = new Rig(new Rig.Parts(), settings).position();
    rig.database.set(Rig.KEY, 1);
    rig.deliver();
    assertThat(rig.get()).isEqualTo(1);
    rig.database.set(Rig.KEY, 2);
    return rig;
  }
}
