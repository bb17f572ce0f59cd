package dev.kvstore.internal.cache;

import static dev.kvstore.internal.cache.Rig.KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.BatchOptions;
import dev.kvstore.CacheHealth;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVType;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.NearCacheSettings.PastBound;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.CachedEntry;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class NearCacheTest {
  private static final NearCacheSettings STALE =
      NearCacheSettings.builder().pastBound(PastBound.SERVE_STALE).build();

  private static Rig rig(NearCacheSettings settings) {
    return new Rig(new Rig.Parts(), settings);
  }

  /** Changes as reported by a polling feed for keys that it sees for the first time. */
  @Nested
  class KeysSeenForTheFirstTime {
    private final Rig rig = new Rig().position();

    private KVMetadata load(int value) {
      KVMetadata stored = rig.database.set(KEY, value);
      rig.get();
      return stored;
    }

    private void tell(long version, String etag) {
      rig.sink()
          .changed(
              List.of(
                  new Change(KVChange.Kind.DELETE, KEY, 0, null, 0),
                  new Change(KVChange.Kind.SET, KEY, version, etag, 0)),
              0);
    }

    @Test
    void changed_intoWhatIsHeld_keepsIt() {
      KVMetadata held = load(1);
      tell(held.version(), held.etag());
      assertThat(rig.raw.held(KEY)).isNotNull();
    }

    @Test
    void changed_intoAnything_else_removesIt() {
      KVMetadata held = load(1);
      tell(held.version(), "other");
      assertThat(rig.raw.held(KEY)).isNull();
      load(2);
      load(3);
      tell(1, held.etag()); // recreated in between: the higher version belongs to the earlier entry
      assertThat(rig.raw.held(KEY)).isNull();
      load(4);
      tell(Change.UNKNOWN_VERSION, "any");
      assertThat(rig.raw.held(KEY)).isNull();
    }

    @Test
    void deleted_absenceIsKept_andAnEntryIsNot() {
      rig.get();
      List<Change> deleted = List.of(new Change(KVChange.Kind.DELETE, KEY, 0, null, 0));
      rig.sink().changed(deleted, 0);
      assertThat(rig.raw.held(KEY)).isNotNull();
      rig.set(1);
      rig.sink().changed(deleted, 0);
      assertThat(rig.raw.held(KEY)).isNull();
    }
  }

  @Nested
  class Reads {
    @Test
    void read_again_asksTheDatabaseOnce() {
      Rig rig = new Rig().position();
      rig.database.set(KEY, 1);
      rig.deliver();
      Optional<KVEntry<RawValue>> first = rig.raw.read(KEY, ReadOptions.DEFAULT);
      Optional<KVEntry<RawValue>> again = rig.raw.read(KEY, ReadOptions.DEFAULT);
      assertThat(again).isEqualTo(first).isPresent();
      assertThat(rig.raw.read(KEY, ReadOptions.DEFAULT).orElseThrow())
          .isSameAs(again.orElseThrow());
      assertThat(rig.store.reads).hasValue(1);
    }

    @Test
    void read_absent_isRememberedUntilItIsWrittenOrTimeIsOver() {
      Rig rig = new Rig().position();
      assertThat(rig.get()).isZero();
      assertThat(rig.get()).isZero();
      assertThat(rig.store.reads).hasValue(1);
      rig.database.set(KEY, 1);
      rig.deliver();
      assertThat(rig.get()).isEqualTo(1);

      rig.database.delete(KEY);
      rig.deliver();
      assertThat(rig.get()).isZero();
      for (int i = 0; i < 10; i++) {
        rig.clock.pass(Duration.ofMillis(500));
        rig.answer(rig.database.position());
      }
      int reads = rig.store.reads.get();
      assertThat(rig.get()).isZero();
      assertThat(rig.store.reads).hasValue(reads + 1);
    }

    @Test
    void read_absentWithoutTimeToLive_isNotRemembered() {
      Rig rig = rig(NearCacheSettings.builder().absenceTimeToLive(Duration.ZERO).build());
      rig.position();
      assertThat(rig.get() + rig.get()).isZero();
      assertThat(rig.store.reads).hasValue(2);
    }

    @Test
    void read_expired_asksTheDatabase() {
      Rig rig = new Rig().position();
      rig.raw.write(
          new Write(KEY, FakeDatabase.value(1), WriteOptions.DEFAULT.ttl(Duration.ofMillis(700))));
      rig.clock.pass(Duration.ofMillis(690));
      assertThat(rig.get()).isEqualTo(1);
      assertThat(rig.store.reads).hasValue(0);
      // The clock's thread has not run, but the entry has expired anyway.
      rig.clock.passUnnoticed(Duration.ofMillis(10));
      rig.database.delete(KEY);
      assertThat(rig.get()).isZero();
    }

    @Test
    void read_demandThatTheFeedHasMet_isAHit() {
      Rig rig = new Rig().position();
      rig.database.set(KEY, 1);
      rig.deliver();
      rig.get();
      rig.raw.read(KEY, ReadOptions.atLeast(new SyncToken(rig.database.position())));
      assertThat(rig.store.reads).hasValue(1);
      assertThat(rig.cache.syncToken()).isEqualTo(new SyncToken(rig.database.position()));
    }

    @Test
    void read_withoutPositions_asksTheDatabaseItself() {
      Rig rig = new Rig();
      rig.sink().positioned(0);
      rig.get();
      assertThat(rig.store.demand).isEqualTo(ReadOptions.DEFAULT.bypassingCache());
      rig.sink().changed(List.of(), 5);
      rig.raw.read("other", ReadOptions.DEFAULT);
      assertThat(rig.store.demand).isEqualTo(ReadOptions.atLeast(new SyncToken(5)));
    }

    @Test
    void read_failed_leavesNothingBehind() {
      Rig rig = new Rig().position();
      rig.database.set(KEY, 1);
      rig.deliver();
      rig.store.down = true;
      assertThatExceptionOfType(UnavailableException.class).isThrownBy(rig::get);
      rig.store.down = false;
      assertThat(rig.get()).isEqualTo(1);
      assertThat(rig.cache.health().entries()).isEqualTo(1);
    }

    @Test
    void read_notPositioned_holdsNothing() {
      Rig rig = new Rig();
      rig.database.set(KEY, 1);
      assertThat(rig.get() + rig.get()).isEqualTo(2);
      assertThat(rig.store.reads).hasValue(2);
      assertThat(rig.cache.health().entries()).isZero();
    }

    @Test
    void readMany_someHeld_loadsTheOthersInOneGo() {
      Rig rig = new Rig().position();
      rig.database.set("a", 1);
      rig.database.set("b", 2);
      rig.deliver();
      rig.raw.read("a", ReadOptions.DEFAULT);
      List<String> keys = List.of("a", "b", "c", "b");
      for (int i = 0; i < 2; i++) {
        assertThat(rig.raw.readMany(keys, ReadOptions.DEFAULT))
            .extracting(KVEntry::key)
            .containsExactlyInAnyOrder("a", "b");
        assertThat(rig.store.reads).hasValue(2);
      }
      rig.raw.readMany(keys, ReadOptions.DEFAULT.bypassingCache());
      assertThat(rig.store.reads).hasValue(3);
    }

    @Test
    void scanKeys_keyRememberedAsAbsent_isReadAnew() {
      Rig rig = new Rig().position();
      assertThat(rig.get()).isZero();
      rig.database.set(KEY, 1);
      assertThat(rig.raw.scanKeys(KeyRange.ALL, 10).items()).containsExactly(KEY);
      assertThat(rig.get()).isEqualTo(1);
    }

    @Test
    void invalidate_keyOrAll_readsAnew() {
      Rig rig = new Rig().position();
      rig.get();
      rig.cache.invalidate(KEY);
      rig.get();
      rig.cache.invalidateAll();
      rig.get();
      assertThat(rig.store.reads).hasValue(3);
    }
  }

  @Nested
  class Writes {
    @Test
    void write_acknowledged_isHeld() {
      Rig rig = new Rig().position();
      rig.set(1);
      assertThat(rig.get()).isEqualTo(1);
      rig.raw.increment(KEY, 2, WriteOptions.DEFAULT);
      assertThat(rig.get()).isEqualTo(2);
      assertThat(rig.store.reads).hasValue(0);
    }

    @Test
    void write_underWay_letsOthersReadWhatWasHeld() {
      Rig rig = new Rig().position();
      rig.set(1);
      rig.store.once(FakeStore.At.BEFORE_WRITE, () -> assertThat(rig.get()).isEqualTo(1));
      rig.set(2);
      assertThat(rig.store.reads).hasValue(0);
    }

    @Test
    void write_refused_removesWhatWasHeld() {
      Rig rig = new Rig().position();
      rig.set(1);
      rig.database.set(KEY, 2);
      WriteOptions stale = WriteOptions.ifMatch("etag of another time");
      assertThatExceptionOfType(PreconditionFailedException.class)
          .isThrownBy(() -> rig.raw.write(new Write(KEY, FakeDatabase.value(3), stale)));
      assertThat(rig.get()).isEqualTo(2);
    }

    @Test
    void write_racingAnotherOfThisProcess_leavesTheLater() {
      Rig rig = new Rig().position();
      // The second write is done and acknowledged before the first one reaches the database.
      rig.store.once(FakeStore.At.BEFORE_WRITE, () -> rig.set(1));
      rig.set(2);
      assertThat(rig.get()).isEqualTo(2);
      // Here the first one is done before it and acknowledged after it.
      rig.store.once(FakeStore.At.AFTER_WRITE, () -> rig.set(4));
      rig.set(3);
      assertThat(rig.get()).isEqualTo(4);
    }

    @Test
    void delete_andBatch_areReadAtOnce() {
      Rig rig = new Rig().position();
      rig.set(1);
      assertThat(rig.raw.delete(KEY, WriteOptions.DEFAULT)).isTrue();
      assertThat(rig.get()).isZero();
      rig.raw.writeMany(Map.of(KEY, FakeDatabase.value(2)), BatchOptions.DEFAULT);
      assertThat(rig.get()).isEqualTo(2);
    }

    @Test
    void setDefault_held_doesNotAskTheDatabase() {
      Rig rig = new Rig().position();
      rig.set(1);
      rig.store.down = true;
      SetDefaultResult<RawValue> kept =
          rig.raw.setDefault(new Write(KEY, FakeDatabase.value(2), WriteOptions.DEFAULT));
      assertThat(kept.stored()).isFalse();
      assertThat(Rig.number(Optional.of(kept.entry()))).isEqualTo(1);
    }

    @Test
    void setDefault_absenceHeld_asksTheDatabase() {
      Rig rig = new Rig().position();
      rig.get();
      rig.database.set(KEY, 1);
      SetDefaultResult<RawValue> kept =
          rig.raw.setDefault(new Write(KEY, FakeDatabase.value(2), WriteOptions.DEFAULT));
      assertThat(kept.stored()).isFalse();
      assertThat(rig.get()).isEqualTo(1);
    }
  }

  @Nested
  class Outages {
    @Test
    void read_pastBoundDatabaseDown_fails() {
      Rig rig = new Rig().position();
      rig.set(1);
      rig.store.down = true;
      rig.clock.pass(Duration.ofSeconds(3));
      assertThatExceptionOfType(UnavailableException.class).isThrownBy(rig::get);
    }

    @Test
    void read_pastBoundAskedToServeStale_isMarkedUntilTheDatabaseIsBack() {
      Rig rig = rig(STALE).position();
      rig.set(1);
      rig.store.down = true;
      rig.clock.pass(Duration.ofSeconds(3));
      for (int i = 0; i < 5; i++) {
        KVEntry<RawValue> entry = rig.raw.read(KEY, ReadOptions.DEFAULT).orElseThrow();
        assertThat(entry.stale()).isTrue();
        assertThat(entry.source()).isEqualTo(KVEntry.Source.CACHE);
        assertThat(Rig.number(Optional.of(entry))).isEqualTo(1);
        assertThat(rig.raw.readMany(List.of(KEY), ReadOptions.DEFAULT)).allMatch(KVEntry::stale);
      }
      assertThat(rig.store.reads).as("attempts within a second").hasValue(1);

      rig.store.down = false;
      rig.database.set(KEY, 2);
      rig.clock.pass(Duration.ofSeconds(1));
      KVEntry<RawValue> entry = rig.raw.read(KEY, ReadOptions.DEFAULT).orElseThrow();
      assertThat(entry.stale()).isFalse();
      assertThat(rig.get()).isEqualTo(2);
      assertThat(rig.cache.health().staleReads()).isEqualTo(10);
    }

    @Test
    void read_askedToServeStale_neverServesAbsenceOrTheExpired() {
      Rig rig = rig(STALE).position();
      rig.raw.write(
          new Write(KEY, FakeDatabase.value(1), WriteOptions.DEFAULT.ttl(Duration.ofSeconds(1))));
      rig.raw.read("absent", ReadOptions.DEFAULT);
      rig.store.down = true;
      rig.clock.pass(Duration.ofSeconds(3));
      assertThatExceptionOfType(UnavailableException.class).isThrownBy(rig::get);
      assertThatExceptionOfType(UnavailableException.class)
          .isThrownBy(() -> rig.raw.read("absent", ReadOptions.DEFAULT));
      assertThatExceptionOfType(UnavailableException.class)
          .isThrownBy(() -> rig.raw.readMany(List.of(KEY), ReadOptions.DEFAULT));
    }

    @Test
    void read_bypassingOnDemand_isNeverStale() {
      Rig rig = rig(STALE).position();
      rig.set(1);
      rig.store.down = true;
      assertThatExceptionOfType(UnavailableException.class).isThrownBy(rig::getBypassing);
    }

    @Test
    void read_answerThatIsStaleItself_isMarkedAndNotHeld() {
      Rig rig = new Rig().position();
      rig.database.set(KEY, 1);
      rig.deliver();
      rig.store.stale = true;
      assertThat(rig.raw.read(KEY, ReadOptions.DEFAULT).orElseThrow().stale()).isTrue();
      assertThat(rig.raw.readMany(List.of(KEY), ReadOptions.DEFAULT)).allMatch(KVEntry::stale);
      assertThat(rig.raw.held(KEY)).isNull();
      rig.store.stale = false;
      assertThat(rig.raw.read(KEY, ReadOptions.DEFAULT).orElseThrow().stale()).isFalse();
      assertThat(rig.store.reads).hasValue(3);
    }

    @Test
    void read_answerThatIsStaleItself_leavesWhatIsTheSame() {
      Rig rig = rig(STALE).position();
      rig.set(1);
      rig.clock.pass(Duration.ofSeconds(3));
      rig.store.stale = true;
      assertThat(rig.raw.read(KEY, ReadOptions.DEFAULT).orElseThrow().stale()).isTrue();
      rig.store.down = true;
      assertThat(rig.get()).isEqualTo(1);

      rig.store.down = false;
      rig.database.set(KEY, 2);
      rig.clock.pass(Duration.ofSeconds(1));
      rig.raw.read(KEY, ReadOptions.DEFAULT);
      rig.store.down = true;
      assertThatExceptionOfType(UnavailableException.class).isThrownBy(rig::get);
    }

    @Test
    void lease_renewed_servesWhatWasHeldAllAlong() {
      Rig rig = new Rig().position();
      rig.set(1);
      rig.deliver();
      rig.clock.pass(Duration.ofSeconds(30));
      assertThat(rig.cache.health().coherent()).isFalse();
      rig.answer(rig.database.position());
      rig.database.advance();
      rig.answer(rig.database.position());
      assertThat(rig.cache.health().coherent()).isTrue();
      assertThat(rig.get()).isEqualTo(1);
      assertThat(rig.store.reads).hasValue(0);
    }

    @Test
    void relayedProofs_renewBothLeases() {
      Rig rig = new Rig();
      rig.sink().positionedUnproved(rig.database.position());
      rig.set(1);
      assertThat(rig.cache.health().coherent()).isFalse();
      for (int i = 0; i < 60; i++) {
        rig.database.advance();
        rig.sink().current(rig.database.position(), rig.clock.nanos());
        rig.clock.pass(Duration.ofMillis(500));
        assertThat(rig.get()).isEqualTo(1);
      }
      assertThat(rig.store.reads).hasValue(0);
      assertThat(rig.cache.syncToken()).isEqualTo(new SyncToken(rig.database.position()));
      assertThat(rig.cache.health().lag()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void relayedProof_ofATimeToCome_isGoodForNow() {
      Rig rig = new Rig();
      rig.sink().positionedUnproved(1);
      rig.sink().current(1, rig.clock.nanos() + Duration.ofHours(1).toNanos());
      assertThat(rig.cache.health().coherent()).isTrue();
      rig.clock.pass(Duration.ofSeconds(2));
      assertThat(rig.cache.health().coherent()).isFalse();
    }

    @Test
    void relayedProof_beforeItIsPositioned_isNone() {
      Rig rig = new Rig();
      rig.sink().current(1, rig.clock.nanos());
      assertThat(rig.cache.health().coherent()).isFalse();
    }

    @Test
    void relayedProofs_withoutPositions_renewBothLeases() {
      Rig rig = new Rig();
      rig.sink().positionedUnproved(0);
      rig.set(1);
      for (int i = 0; i < 60; i++) {
        rig.sink().current(0, rig.clock.nanos());
        rig.clock.pass(Duration.ofMillis(500));
      }
      assertThat(rig.get()).isEqualTo(1);
      assertThat(rig.store.reads).hasValue(0);
    }

    @Test
    void positionless_answers_renewTheLeaseAlone() {
      Rig rig = new Rig();
      rig.sink().positioned(0);
      rig.set(1);
      for (int i = 0; i < 60; i++) {
        rig.clock.pass(Duration.ofMillis(500));
        rig.answer(0);
      }
      assertThat(rig.get()).isEqualTo(1);
      assertThat(rig.store.reads).hasValue(0);
    }
  }

  @Nested
  class WithoutFeed {
    private final NearCacheSettings timed =
        NearCacheSettings.builder().timeToLive(Duration.ofSeconds(5)).build();

    private Rig rigWithoutFeed(NearCacheSettings settings) {
      FakeStore mute = new FakeStore(new FakeDatabase()) {
        @Override
        public FeedSubscription subscribe(ChangeSink newSink, @Nullable SyncToken from) {
          throw new UnsupportedOperationException();
        }
      };
      return new Rig(mute, new Rig.Parts(), settings, new ManualClock());
    }

    @Test
    void read_noTimeToLive_asksTheDatabase() {
      Rig rig = rigWithoutFeed(NearCacheSettings.DEFAULT);
      rig.set(1);
      assertThat(rig.get() + rig.get()).isEqualTo(2);
      assertThat(rig.store.reads).hasValue(2);
    }

    @Test
    void read_timeToLive_isHeldForThatLong() {
      Rig rig = rigWithoutFeed(timed);
      rig.set(1);
      rig.database.set(KEY, 2);
      rig.clock.pass(Duration.ofMillis(4900));
      assertThat(rig.get()).isEqualTo(1);
      rig.clock.pass(Duration.ofMillis(100));
      assertThat(rig.get()).isEqualTo(2);
    }

    @Test
    void read_timeToLiveOverAskedToServeStale_isMarked() {
      Rig rig =
          rigWithoutFeed(timed.toBuilder().pastBound(PastBound.SERVE_STALE).build());
      rig.set(1);
      rig.store.down = true;
      assertThat(rig.raw.read(KEY, ReadOptions.DEFAULT).orElseThrow().stale()).isFalse();
      rig.clock.pass(Duration.ofSeconds(5));
      assertThat(rig.raw.read(KEY, ReadOptions.DEFAULT).orElseThrow().stale()).isTrue();
    }
  }

  @Nested
  class Sources {
    @Test
    void read_loadedThenHeld_saysWhereFrom() {
      Rig rig = new Rig().position();
      rig.database.set(KEY, 1);
      KVEntry<RawValue> loaded = rig.raw.read(KEY, ReadOptions.DEFAULT).orElseThrow();
      KVEntry<RawValue> held = rig.raw.read(KEY, ReadOptions.DEFAULT).orElseThrow();

      assertThat(loaded.source()).isEqualTo(KVEntry.Source.STORE);
      assertThat(held.source()).isEqualTo(KVEntry.Source.CACHE);
      assertThat(held).isEqualTo(loaded).hasSameHashCodeAs(loaded);
    }

    @Test
    void read_ofWhatIsStaleAlready_isNotHeld() {
      Rig rig = new Rig(
          new StaleStore(new FakeDatabase(true)),
          new Rig.Parts(),
          NearCacheSettings.DEFAULT,
          new ManualClock());
      rig.position();
      rig.database.set(KEY, 1);
      for (int i = 1; i <= 3; i++) {
        assertThat(rig.raw.read(KEY, ReadOptions.DEFAULT).orElseThrow().stale()).isTrue();
        assertThat(rig.raw.held(KEY)).isNull();
        assertThat(rig.store.reads).hasValue(i);
      }
    }
  }

  /** A store that returns only stale entries. */
  private static final class StaleStore extends FakeStore {
    StaleStore(FakeDatabase database) {
      super(database);
    }

    @Override
    public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
      return super.find(keys, options).stream()
          .map(entry -> KVEntry.of(entry.value(), entry.metadata(), true, KVEntry.Source.STORE))
          .toList();
    }
  }

  @Nested
  class DecodedValues {
    @Test
    void held_valueKept_isFoundByItsTypeUntilTheKeyChanges() {
      Rig rig = new Rig().position();
      rig.set(1);
      CachedEntry held = Objects.requireNonNull(rig.raw.held(KEY));
      assertThat(held.valueAs(Integer.class)).isNull();
      long weight = rig.cache.health().weight();
      held.keep(KVType.of(Integer.class), 1, 0);

      CachedEntry again = Objects.requireNonNull(rig.raw.held(KEY));
      assertThat(again.entry()).isSameAs(held.entry());
      assertThat(again.valueAs(Integer.class)).isEqualTo(1);
      assertThat(again.valueAs(KVType.of(Integer.class))).isEqualTo(1);
      assertThat(again.valueAs(KVType.of(Integer.class).lenient())).isNull();
      assertThat(again.valueAs(Long.class)).isNull();
      assertThat(rig.cache.health().weight()).isGreaterThan(weight);

      rig.set(2);
      assertThat(Objects.requireNonNull(rig.raw.held(KEY)).valueAs(Integer.class))
          .isNull();
    }

    @Test
    void remembered_endsWithWhatIsHeld_andCountsAsAHit() {
      Rig rig = new Rig().position();
      rig.set(1);
      Supplier<Object> remembered = remember(rig);
      long hits = rig.cache.health().hits();
      assertThat(remembered.get()).isEqualTo(1);
      assertThat(rig.cache.health().hits()).isEqualTo(hits + 1);

      rig.database.set(KEY, 2);
      rig.deliver();
      assertThat(remembered.get()).isNull();
    }

    @Test
    void remembered_evicted_ends() {
      Rig rig = new Rig().position();
      rig.set(1);
      Supplier<Object> remembered = remember(rig);
      rig.cache.resize(0);
      rig.cache.health(); // completes pending evictions
      assertThat(remembered.get()).isNull();
    }

    @Test
    void remembered_cleared_ends() {
      Rig rig = new Rig().position();
      rig.set(1);
      Supplier<Object> remembered = remember(rig);
      rig.cache.invalidateAll();
      assertThat(remembered.get()).isNull();
    }

    /** Otherwise the map would evict the most frequently read entry as unused. */
    @Test
    void remembered_afterASecond_isLookedUpOnceMore() {
      Rig rig = new Rig().position();
      rig.set(1);
      Supplier<Object> remembered = remember(rig);
      rig.clock.pass(Duration.ofSeconds(1));
      assertThat(remembered.get()).isNull();
      CachedEntry held = Objects.requireNonNull(rig.raw.held(KEY));
      assertThat(rig.cache.remember(held, KVType.of(Integer.class))).isSameAs(remembered);
      assertThat(remembered.get()).isEqualTo(1);
    }

    @Test
    void remember_ofWhatExpires_isRefused() {
      Rig rig = new Rig().position();
      rig.raw.write(
          new Write(KEY, FakeDatabase.value(1), WriteOptions.DEFAULT.ttl(Duration.ofDays(1))));
      CachedEntry held = Objects.requireNonNull(rig.raw.held(KEY));
      held.keep(KVType.of(Integer.class), 1, 0);
      CachedEntry decoded = Objects.requireNonNull(rig.raw.held(KEY));
      assertThat(rig.cache.remember(decoded, KVType.of(Integer.class))).isNull();
    }

    private Supplier<Object> remember(Rig rig) {
      Objects.requireNonNull(rig.raw.held(KEY)).keep(KVType.of(Integer.class), 1, 0);
      return Objects.requireNonNull(
          rig.cache.remember(Objects.requireNonNull(rig.raw.held(KEY)), KVType.of(Integer.class)));
    }

    @Test
    void keep_ofWhatWasRemovedMeanwhile_isForgotten() {
      Rig rig = new Rig().position();
      rig.set(1);
      CachedEntry held = Objects.requireNonNull(rig.raw.held(KEY));
      rig.database.set(KEY, 2);
      rig.deliver();
      held.keep(KVType.of(Integer.class), 1, 0);
      assertThat(rig.raw.held(KEY)).isNull();
    }

    @Test
    void held_notServable_isNull() {
      Rig rig = new Rig().position();
      assertThat(rig.raw.held(KEY)).isNull();
      rig.set(1);
      rig.clock.pass(Duration.ofSeconds(3));
      assertThat(rig.raw.held(KEY)).isNull();
      assertThat(rig.store.reads).hasValue(0);
    }
  }

  @Test
  void health_counts() {
    Rig rig = new Rig().position();
    rig.database.set(KEY, 1);
    rig.deliver();
    rig.get();
    rig.get();
    rig.getBypassing();
    rig.database.set(KEY, 2);
    rig.deliver();
    rig.clock.pass(Duration.ofSeconds(1));
    CacheHealth health = rig.cache.health();
    assertThat(health.coherent()).isTrue();
    assertThat(health.hits()).isEqualTo(1);
    assertThat(health.misses()).isEqualTo(2);
    assertThat(health.loads()).isEqualTo(2);
    assertThat(health.bypasses()).isEqualTo(1);
    assertThat(health.invalidations()).isEqualTo(1);
    assertThat(health.entries()).isZero();
    assertThat(health.weight()).isZero();
    assertThat(health.lag()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void close_isIdempotentAndEndsEverything() {
    Rig rig = new Rig().position();
    rig.set(1);
    rig.cache.close();
    rig.cache.close();
    assertThat(rig.store.subscribed).isFalse();
    assertThat(rig.store.closed).isTrue();
    assertThat(rig.raw.held(KEY)).isNull();
    assertThatThrownBy(rig::get)
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
    assertThatThrownBy(() -> rig.set(2)).isInstanceOf(KVException.class);
  }
}
