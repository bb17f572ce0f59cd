package dev.kvstore.http.api.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVChange.Kind;
import dev.kvstore.http.api.events.EventQueue.Changed;
import dev.kvstore.http.api.events.EventQueue.Event;
import dev.kvstore.http.api.events.EventQueue.Ready;
import dev.kvstore.http.api.events.EventQueue.Reset;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.Interest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EventQueueTest {
  private final AtomicInteger filled = new AtomicInteger();
  private final AtomicLong millis = new AtomicLong();
  private final EventQueue queue = new EventQueue(
      EventFilter.ofPrefix("a"), 2, filled::incrementAndGet, () -> millis.get() * 1_000_000);

  private static Change change(String key, long position) {
    return new Change(Kind.SET, key, 1, "e", position);
  }

  private void changed(String key, long position) {
    queue.changed(List.of(change(key, position)), position);
  }

  private List<Event> taken() {
    List<Event> taken = new ArrayList<>();
    for (Event event = queue.poll(); event != null; event = queue.poll()) {
      taken.add(event);
    }
    return taken;
  }

  @Test
  void changes_areTakenInOrder_theOthersLeftOut() {
    queue.positioned(1);
    changed("a1", 2);
    changed("b", 3);
    changed("a2", 4);

    assertThat(filled).hasValue(3);
    assertThat(taken())
        .containsExactly(new Ready(1), new Changed(change("a1", 2)), new Changed(change("a2", 4)));
    assertThat(queue.isFilled()).isFalse();
  }

  @Test
  void tooMany_areReplacedByAReset() {
    queue.positioned(1);
    changed("a1", 2);
    changed("a2", 3);
    changed("a3", 4);
    changed("a4", 5);

    assertThat(taken()).containsExactly(new Reset(), new Ready(4), new Changed(change("a4", 5)));
  }

  @Test
  void moreAtOnceThanMayWait_areReplacedByAReset() {
    queue.positioned(1);
    taken();
    changed("a1", 2);
    queue.changed(List.of(change("a2", 3), change("a3", 4)), 4);
    assertThat(taken()).containsExactly(new Reset(), new Ready(4));
    queue.catchingUp(List.of(change("a4", 5), change("a5", 6), change("a6", 7)), 7);
    assertThat(taken()).containsExactly(new Reset(), new Ready(7));
    queue.changed(List.of(change("a7", 8), change("a8", 9)), 9);

    assertThat(taken()).hasSize(2);
  }

  @Test
  void positionOfAReset_isNotBeforeTheChangesThatAreLeftOut() {
    queue.positioned(1);
    changed("a1", 2);
    changed("a2", 3);
    queue.changed(List.of(change("a3", 9)), 8);

    assertThat(taken()).containsExactly(new Reset(), new Ready(9));
  }

  @Test
  void missed_forgetsAllBefore() {
    queue.positioned(1);
    changed("a1", 2);
    queue.missed();
    assertThat(queue.isReset()).isTrue();
    assertThat(taken()).containsExactly(new Reset());
    queue.restart();
    assertThat(taken()).as("it is not known where").containsExactly(new Reset());
    queue.positioned(7);

    assertThat(taken()).containsExactly(new Ready(7));
  }

  private long told() {
    return Objects.requireNonNull(queue.told()).position();
  }

  @Test
  void told_isWhereNothingWaits() {
    assertThat(queue.told()).isNull();
    queue.positioned(1);
    assertThat(queue.told()).isNull();
    taken();
    assertThat(told()).isEqualTo(1);
    changed("b", 5);
    assertThat(told()).isEqualTo(5);
    changed("a", 6);
    assertThat(queue.told()).isNull();
    taken();
    assertThat(told()).isEqualTo(6);
    queue.missed();
    taken();
    assertThat(queue.told()).isNull();
  }

  private long current() {
    taken();
    return Objects.requireNonNull(queue.told()).current();
  }

  /** The source was queried after the previous call, not earlier. */
  @Test
  void current_isWhenTheCallBeforeHadEnded() {
    millis.set(100);
    queue.positioned(1);
    assertThat(current()).as("an opening proves nothing").isNegative();
    millis.set(250);
    queue.changed(List.of(), 1);
    assertThat(current()).isEqualTo(100);
    millis.set(700);
    assertThat(current()).as("a feed that does not answer").isEqualTo(100);
    queue.changed(List.of(), 1);
    assertThat(current()).isEqualTo(250);
  }

  @Test
  void current_ofAFeedThatIsCatchingUp_doesNotMove() {
    queue.positioned(1);
    millis.set(100);
    queue.changed(List.of(), 1);
    millis.set(200);
    queue.catchingUp(List.of(change("a", 2)), 2);
    assertThat(current()).isZero();
    millis.set(300);
    queue.changed(List.of(), 3);
    assertThat(current()).isEqualTo(200);
  }

  @Test
  void current_afterAGap_isNotKnown() {
    queue.positioned(1);
    queue.changed(List.of(), 1);
    queue.missed();
    queue.positioned(5);

    assertThat(current()).isNegative();
  }

  @Test
  void current_withoutPositions_isKnownToo() {
    queue.positioned(0);
    millis.set(100);
    queue.changed(List.of(), 0);
    taken();

    assertThat(queue.told()).isEqualTo(new EventQueue.Told(0, 0));
  }

  @Test
  void filterOfKeys_isExact() {
    EventFilter filter = EventFilter.ofKeys(Set.of("a", "b"));

    assertThat(filter.interest()).isEqualTo(new Interest(Set.of("a", "b"), Set.of()));
    assertThat(filter.keys().test("a")).isTrue();
    assertThat(filter.keys().test("ab")).isFalse();
  }
}
