package dev.kvstore.internal.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.SyncToken;
import dev.kvstore.internal.sqlite.ChangeLog.News;
import dev.kvstore.spi.Change;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ChangeLogTest {
  private final AtomicLong time = new AtomicLong();
  private final ChangeLog log = new ChangeLog(100, 3, time::get);

  private void commit(String... keys) {
    for (String key : keys) {
      log.deleted("s", key);
    }
    log.reserve();
    log.publish();
  }

  private News after(long position) {
    return Objects.requireNonNull(log.after("s", position));
  }

  private static List<String> keys(News news) {
    return news.changes().stream().map(Change::key).toList();
  }

  @Test
  void first_isAfterWhatWasSavedAndAfterOtherTimes() {
    Instant now = Instant.parse("2026-11-21T12:00:00Z");
    long first = ChangeLog.first(0, now);

    assertThat(ChangeLog.first(0, Instant.EPOCH)).isEqualTo(1);
    assertThat(ChangeLog.first(first + 5, now)).isEqualTo(first + 6);
    assertThat(ChangeLog.first(first + 5, now.minusSeconds(3600))).isEqualTo(first + 6);
    assertThat(ChangeLog.first(0, now.plusSeconds(1))).isGreaterThan(first + 10_000_000);
    assertThat(ChangeLog.first(0, Instant.parse("9999-12-31T23:59:59Z"))).isPositive();
  }

  @Test
  void after_aPosition_hasWhatCameThen() {
    commit("a", "b");
    commit("c");

    assertThat(keys(after(100))).containsExactly("a", "b", "c");
    assertThat(after(100).changes()).extracting(Change::position).containsExactly(101L, 102L, 103L);
    assertThat(keys(after(101))).containsExactly("b", "c");
    assertThat(keys(after(103))).isEmpty();
    assertThat(after(101).upTo()).isEqualTo(103);
  }

  @Test
  void after_anotherStoresChanges_hasNone() {
    commit("a");

    assertThat(log.after("other", 100)).isEqualTo(new News(List.of(), 0, 101));
  }

  @Test
  void after_whatIsForgottenOrNotYet_isUnknown() {
    commit("a", "b");
    commit("c", "d");

    assertThat(log.after("s", 100)).isNull();
    assertThat(keys(after(101))).containsExactly("b", "c", "d");
    assertThat(log.after("s", 105)).isNull();
  }

  @Test
  void after_aDrop_hasOnlyWhatCameThen() {
    commit("a");
    log.dropped("s");
    log.deleted("s", "b");
    log.reserve();
    log.publish();

    assertThat(after(100).droppedAt()).isEqualTo(102);
    assertThat(keys(after(100))).containsExactly("b");
    assertThat(after(102).droppedAt()).isZero();
  }

  @Test
  void rolledBack_isNotTold_andItsPositionsAreNotUsedAgain() {
    log.deleted("s", "a");
    long lost = log.reserve();
    log.forget();
    commit("b");

    assertThat(keys(after(100))).containsExactly("b");
    assertThat(after(100).changes().get(0).position()).isGreaterThan(lost);
  }

  @Test
  void reserved_isReachedButNotYetTold() {
    log.deleted("s", "a");
    assertThat(log.reserve()).isEqualTo(101);

    assertThat(log.reached("s")).isEqualTo(101);
    assertThat(log.published()).isEqualTo(100);
    assertThat(after(100).changes()).isEmpty();
    assertThat(log.start(new SyncToken(101))).isEqualTo(100);
    log.publish();
    assertThat(keys(after(100))).containsExactly("a");
  }

  @Test
  void moveOn_whileACommitIsOnItsWay_waits() {
    log.moveOn();
    assertThat(log.published()).isEqualTo(101);
    log.deleted("s", "a");
    log.reserve();
    log.moveOn();

    assertThat(log.published()).isEqualTo(101);
    log.publish();
    assertThat(after(101).changes()).extracting(Change::position).containsExactly(102L);
  }

  @Test
  void start_ofTheFuture_isNowhere() {
    commit("a");

    assertThat(log.start(null)).isEqualTo(101);
    assertThat(log.start(new SyncToken(100))).isEqualTo(100);
    assertThat(log.start(new SyncToken(102))).isZero();
    assertThat(log.after("s", 0)).isNull();
  }

  @Test
  void reserve_nothing_movesNothing() {
    assertThat(log.reserve()).isZero();
    assertThat(log.publish()).isFalse();
    assertThat(log.reached("s")).isEqualTo(100);
  }

  @Test
  void position_followsTheClock_notTheNumberOfChanges() {
    time.set(1_000);
    commit("a", "b");
    assertThat(after(100).changes()).extracting(Change::position).containsExactly(999L, 1_000L);

    time.set(2_000);
    log.moveOn();
    assertThat(log.published()).isEqualTo(2_000);
    time.set(500); // set back
    commit("c");
    assertThat(log.published()).isEqualTo(2_001);
  }

  @Test
  void reached_isThatOfTheStoreItself() {
    commit("a");
    long reached = log.reached("s");
    log.deleted("other", "b");
    log.reserve();
    log.publish();
    log.moveOn();

    assertThat(log.reached("s")).isEqualTo(reached);
    assertThat(log.reached("other")).isGreaterThan(reached);
    assertThat(log.reached("third")).isEqualTo(100);
  }

  @Test
  void positionOf_growsWithinASecond_andNeverReachesTheNext() {
    Instant now = Instant.parse("2026-11-21T12:00:00Z");

    assertThat(ChangeLog.positionOf(now.plusMillis(1)))
        .isGreaterThan(ChangeLog.positionOf(now) + 16_000);
    assertThat(ChangeLog.positionOf(now.plusSeconds(1)))
        .isGreaterThan(ChangeLog.positionOf(now.plusNanos(999_999_999)));
  }
}
