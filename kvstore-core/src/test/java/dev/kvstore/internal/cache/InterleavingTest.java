package dev.kvstore.internal.cache;

import static dev.kvstore.internal.cache.Rig.KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.WriteCondition;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Tests critical interleavings one by one. Each is run twice: with the real cache, and without the
 * mechanism that makes it correct, in which case the test must detect the error. Concurrent steps
 * run on the same thread, inside a read or write of the database.
 */
class InterleavingTest {
  private record Row(String name, Consumer<Rig> scenario, Rig.Parts without) {}

  @TestFactory
  Stream<DynamicTest> comesOutRight() {
    return rows()
        .map(row ->
            DynamicTest.dynamicTest(row.name(), () -> row.scenario().accept(rig(new Rig.Parts()))));
  }

  @TestFactory
  Stream<DynamicTest> isFoundOutWithoutItsMechanism() {
    return rows()
        .map(row -> DynamicTest.dynamicTest(
            row.name(),
            () -> assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> row.scenario().accept(rig(row.without())))));
  }

  private static Rig rig(Rig.Parts parts) {
    return new Rig(parts, NearCacheSettings.DEFAULT);
  }

  private static Stream<Row> rows() {
    return Stream.of(
        new Row("stale fill", InterleavingTest::staleFill, new Mutants.FillsAfterRead()),
        new Row("stale source", InterleavingTest::staleSource, new Mutants.DemandsNothing()),
        new Row(
            "rollback",
            InterleavingTest::rollback,
            new Mutants.Outlives((held, change) ->
                change.kind() == KVChange.Kind.SET && Mutants.version(held) >= change.version())),
        new Row(
            "late echo", InterleavingTest::lateEcho, new Mutants.Outlives((held, change) -> false)),
        new Row("early echo", InterleavingTest::earlyEcho, new Mutants.WritesUnannounced()),
        new Row(
            "delete, recreate",
            InterleavingTest::deleteAndRecreate,
            new Mutants.Outlives((held, change) -> Mutants.version(held) > change.version())),
        new Row(
            "expire, recreate",
            InterleavingTest::expireAndRecreate,
            new Mutants.Outlives((held, change) -> Mutants.version(held) > change.version())),
        new Row(
            "late delete as tombstone",
            InterleavingTest::lateDelete,
            new Mutants.KeepsTombstones()),
        new Row("joined load", InterleavingTest::joinedLoad, new Mutants.LeavesLoads()),
        new Row(
            "clear during load", InterleavingTest::clearDuringLoad, new Mutants.ClearsWhatIsHeld()),
        new Row("start-up gap", InterleavingTest::startUpGap, new Mutants.KeepsBeforePositioned()),
        new Row("silent outage", InterleavingTest::silentOutage, new Mutants.HasNoLease()),
        new Row("partition", InterleavingTest::partition, new Mutants.HasOneLease()),
        new Row("own pause", InterleavingTest::ownPause, new Mutants.LeasesFromNow()),
        new Row("backlog", InterleavingTest::backlog, new Mutants.TrustsBacklog()),
        new Row("relayed opening", InterleavingTest::relayedOpening, new Mutants.TrustsOpening()),
        new Row("relayed late", InterleavingTest::relayedLate, new Mutants.LeasesFromArrival()),
        new Row("relayed partition", InterleavingTest::relayedPartition, new Mutants.HasOneLease()),
        new Row("relayed stall", InterleavingTest::relayedStall, new Mutants.AdvancesNow()),
        new Row(
            "bypass, then hit", InterleavingTest::bypassThenHit, new Mutants.ForgetsWhatWasRead()),
        new Row(
            "expired lease, then hit",
            InterleavingTest::leaseThenHit,
            new Mutants.ForgetsWhatWasRead()),
        new Row(
            "listing, then hit",
            InterleavingTest::listingThenHit,
            new Mutants.ForgetsWhatWasRead()),
        new Row(
            "late load after a newer read",
            InterleavingTest::disturbedLoad,
            new Mutants.ForgetsWhatWasRead()),
        new Row(
            "lease renewed, then hit", InterleavingTest::renewedThenHit, new Mutants.RenewsFirst()),
        new Row("cross-node reload", InterleavingTest::crossNode, new Mutants.IgnoresDemands()),
        new Row(
            "unknown outcome", InterleavingTest::unknownOutcome, new Mutants.TrustsFailedWrites()));
  }

  // The scenarios. Larger values of a key are later ones.

  private static void staleFill(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.store.once(FakeStore.At.AFTER_READ, () -> {
      rig.database.set(KEY, 8);
      rig.deliver();
    });
    assertThat(rig.get()).isEqualTo(7);
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void staleSource(Rig rig) {
    rig.database.set(KEY, 7);
    long old = rig.database.position();
    rig.position();
    rig.database.set(KEY, 8);
    rig.deliver();
    rig.store.replicaAt = old;
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void rollback(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.get();
    // The read value is rolled back; then others write the same version with another etag.
    String key = KEY;
    long version = rig.database.get(key).orElseThrow().version();
    rig.database.revive(key, 8);
    rig.sink().changed(List.of(new Change(KVChange.Kind.SET, key, version, "another", 200)), 200);
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void lateEcho(Rig rig) {
    rig.position();
    rig.set(7);
    rig.set(8);
    rig.set(9);
    int reads = rig.store.reads.get();
    rig.deliver(1);
    rig.deliver(1);
    rig.deliver(1);
    assertThat(rig.get()).isEqualTo(9);
    assertThat(rig.store.reads).as("reads of the database").hasValue(reads);
  }

  private static void earlyEcho(Rig rig) {
    rig.position();
    rig.store.once(FakeStore.At.AFTER_WRITE, () -> {
      rig.database.set(KEY, 9);
      rig.deliver();
    });
    rig.set(8);
    assertThat(rig.get()).isEqualTo(9);
  }

  private static void deleteAndRecreate(Rig rig) {
    rig.database.set(KEY, 7);
    rig.database.set(KEY, 8);
    rig.position();
    rig.get();
    rig.database.delete(KEY);
    rig.database.set(KEY, 9);
    rig.deliver();
    assertThat(rig.get()).isEqualTo(9);
  }

  private static void expireAndRecreate(Rig rig) {
    // By the clock of the writer of 9 the entry has expired, by ours it has not.
    rig.database.set(KEY, 7);
    Instant later = Instant.EPOCH.plusSeconds(5);
    rig.database.set(KEY, FakeDatabase.value(8), WriteCondition.NONE, later);
    rig.position();
    assertThat(rig.get()).isEqualTo(8);
    rig.database.revive(KEY, 9);
    rig.deliver();
    assertThat(rig.get()).isEqualTo(9);
  }

  private static void lateDelete(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.database.delete(KEY);
    rig.database.set(KEY, 8);
    assertThat(rig.get()).isEqualTo(8);
    rig.deliver(1);
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void joinedLoad(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.store.once(FakeStore.At.AFTER_READ, () -> {
      rig.set(8);
      assertThat(rig.get()).isEqualTo(8);
    });
    assertThat(rig.get()).isEqualTo(7);
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void clearDuringLoad(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.store.once(FakeStore.At.AFTER_READ, () -> {
      rig.database.set(KEY, 8);
      rig.lose();
      rig.position();
    });
    assertThat(rig.get()).isEqualTo(7);
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void startUpGap(Rig rig) {
    rig.database.set(KEY, 7);
    rig.store.once(FakeStore.At.AFTER_READ, () -> {
      rig.database.set(KEY, 8);
      rig.position();
    });
    assertThat(rig.get()).isEqualTo(7);
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void silentOutage(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.get();
    rig.database.set(KEY, 8);
    rig.clock.pass(Duration.ofSeconds(2));
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void partition(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.get();
    long old = rig.database.position();
    rig.database.set(KEY, 8);
    for (int i = 0; i < 30; i++) {
      rig.clock.pass(Duration.ofMillis(500));
      rig.answer(old);
    }
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void ownPause(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.get();
    // The source has answered; then this process is suspended, and others write.
    rig.database.set(KEY, 8);
    rig.clock.pass(Duration.ofSeconds(10));
    rig.answer(rig.database.position() - 1);
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void backlog(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.get();
    rig.clock.pass(Duration.ofSeconds(10));
    long before = rig.database.position();
    rig.database.set(KEY, 8);
    for (int i = 0; i < 2; i++) {
      rig.sink()
          .catchingUp(List.of(new Change(KVChange.Kind.SET, "other", 1, "etag", before)), before);
    }
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void relayedOpening(Rig rig) {
    rig.database.set(KEY, 7);
    // This was true a while ago, and reads through the same intermediary may be as old.
    rig.sink().positionedUnproved(rig.database.position());
    rig.get();
    rig.database.set(KEY, 8);
    assertThat(rig.get()).isEqualTo(8);
  }

  private static long relayed(Rig rig) {
    rig.database.set(KEY, 7);
    long position = rig.database.position();
    rig.sink().positionedUnproved(position);
    rig.sink().current(position, rig.clock.nanos());
    rig.get();
    assertThat(rig.get() + rig.store.reads.get()).as("a hit").isEqualTo(8);
    return position;
  }

  private static void relayedLate(Rig rig) {
    long position = relayed(rig);
    long sent = rig.clock.nanos();
    rig.database.set(KEY, 8);
    rig.clock.pass(Duration.ofSeconds(10));
    rig.sink().current(position, sent);
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void relayedPartition(Rig rig) {
    long old = relayed(rig);
    rig.database.set(KEY, 8);
    for (int i = 0; i < 30; i++) {
      rig.clock.pass(Duration.ofMillis(500));
      rig.sink().current(old, rig.clock.nanos());
    }
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void relayedStall(Rig rig) {
    long old = relayed(rig);
    // The source advances a little and is cut off, and only then both are reported.
    rig.database.set(KEY, 8);
    rig.clock.pass(Duration.ofSeconds(20));
    rig.sink().current(old + 1, rig.clock.nanos());
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void bypassThenHit(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.get();
    rig.database.set(KEY, 8);
    assertThat(rig.getBypassing()).isEqualTo(8);
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void leaseThenHit(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.get();
    long old = rig.database.position();
    rig.clock.pass(Duration.ofSeconds(3));
    rig.database.set(KEY, 8);
    assertThat(rig.get()).isEqualTo(8);
    rig.answer(old);
    rig.answer(old);
    assertThat(rig.cache.health().coherent()).isTrue();
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void listingThenHit(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.get();
    rig.database.set(KEY, 8);
    rig.raw.scan(KeyRange.ALL, 10);
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void disturbedLoad(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    // A load that was removed from the map reads 8, after one in the map has read 7.
    rig.store.once(FakeStore.At.BEFORE_READ, () -> {
      rig.cache.invalidateAll();
      assertThat(rig.get()).isEqualTo(7);
      rig.database.set(KEY, 8);
    });
    assertThat(rig.get()).isEqualTo(8);
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void renewedThenHit(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.get();
    rig.clock.pass(Duration.ofSeconds(3));
    rig.sink().catchingUp(List.of(), 0);
    rig.database.set(KEY, 8);
    List<Change> changes = rig.database.changesFrom(rig.database.changes() - 1);
    List<Change> watched = new AbstractList<>() {
      @Override
      public Change get(int index) {
        assertThat(rig.get()).as("before the change is applied").isEqualTo(8);
        return changes.get(index);
      }

      @Override
      public int size() {
        return changes.size();
      }
    };
    rig.sink().changed(watched, rig.database.position());
    assertThat(rig.get()).isEqualTo(8);
  }

  private static void crossNode(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.get();
    rig.database.set(KEY, 8);
    SyncToken token = new SyncToken(rig.database.position());
    Optional<KVEntry<RawValue>> read = rig.raw.read(KEY, ReadOptions.atLeast(token));
    assertThat(Rig.number(read)).isEqualTo(8);
  }

  private static void unknownOutcome(Rig rig) {
    rig.database.set(KEY, 7);
    rig.position();
    rig.get();
    rig.store.once(FakeStore.At.AFTER_WRITE, () -> {
      throw new OutcomeUnknownException("lost", null);
    });
    assertThat(catchThrowable(() -> rig.set(8))).isInstanceOf(OutcomeUnknownException.class);
    assertThat(rig.get()).isEqualTo(8);
  }
}
