package dev.kvstore.client.internal.lastknowngood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVType;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.client.testing.MemoryStore;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastKnownGoodStoreTest {
  private static final List<String> SERVICES = List.of("http://a");

  @TempDir
  private Path folder;

  private final MemoryStore store = new MemoryStore();
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final List<RawStore> opened = new ArrayList<>();

  private Path file() {
    return folder.resolve("known");
  }

  private RawStore open(MemoryStore of) {
    RawStore known =
        RawStore.of(LastKnownGoodStore.over(of, new LastKnownGoodFile(file()), SERVICES, now::get));
    opened.add(known);
    return known;
  }

  private RawStore open() {
    return RawStore.of(open(store));
  }

  /** Waits until the file has this value for the key; null for none. */
  private void awaitSaved(String key, @Nullable Object value) {
    List<RawValue> expected = value == null ? List.of() : List.of(MemoryStore.CODEC.encode(value));
    await().untilAsserted(() -> {
      Optional<LastKnownGoodCopy> saved = new LastKnownGoodFile(file()).read(any -> true);
      assertThat(saved).isPresent();
      assertThat(saved.get().entries().stream()
              .filter(entry -> entry.key().equals(key))
              .map(KVEntry::value)
              .toList())
          .isEqualTo(expected);
    });
  }

  private static @Nullable Object value(Optional<KVEntry<RawValue>> entry) {
    return entry
        .map(found -> MemoryStore.CODEC.decode(
            "k", Objects.requireNonNull(found.value()), KVType.of(Object.class)))
        .orElse(null);
  }

  @AfterEach
  void close() {
    opened.forEach(RawStore::close);
  }

  @Test
  void reachable_readsComeFromTheStore_andTheFileFollows() {
    store.put("k", 1);
    RawStore known = open();
    awaitSaved("k", 1);
    assertThat(known.read("k").orElseThrow().source()).isEqualTo(KVEntry.Source.STORE);
    assertThat(known.read("k").orElseThrow().stale()).isFalse();
    store.put("k", 2);
    awaitSaved("k", 2);
    RawStore.of(store).delete("k", WriteOptions.DEFAULT);
    store.put("other", 1);
    awaitSaved("k", null);
  }

  @Test
  void down_readsAreAnsweredAndMarked_andWritesFail() {
    store.put("a", 1);
    store.put("b", 2);
    store.put("c", 3);
    RawStore known = open();
    awaitSaved("c", 3);
    store.down = true;

    KVEntry<RawValue> read = known.read("a").orElseThrow();
    assertThat(read.stale()).isTrue();
    assertThat(read.source()).isEqualTo(KVEntry.Source.FILE);
    assertThat(value(Optional.of(read))).isEqualTo(1);
    assertThat(known.read("absent")).isEmpty();
    assertThat(known.readMany(List.of("c", "absent", "a")))
        .allMatch(KVEntry::stale)
        .extracting(KVEntry::key)
        .containsExactly("c", "a");
    KVPage<KVEntry<RawValue>> page = known.scan(KeyRange.ALL, 2);
    assertThat(page.items())
        .allMatch(KVEntry::stale)
        .extracting(KVEntry::key)
        .containsExactly("a", "b");
    assertThat(page.next()).contains("b");
    assertThat(known.scanKeys(KeyRange.ALL.after("b"), 2))
        .isEqualTo(new KVPage<>(List.of("c"), Optional.empty()));
    assertThat(known.scanMetadata(new KeyRange("b", null), 5).items())
        .extracting(KVMetadata::key)
        .containsExactly("b");

    assertThatThrownBy(
            () -> known.write(new Write("a", MemoryStore.CODEC.encode(9), WriteOptions.DEFAULT)))
        .isInstanceOf(UnavailableException.class);
    assertThatThrownBy(() -> known.delete("a", WriteOptions.DEFAULT))
        .isInstanceOf(UnavailableException.class);
    assertThat(value(known.read("a"))).isEqualTo(1);
  }

  @Test
  void down_readsThatDemandMore_fail() {
    store.put("k", 1);
    RawStore known = open();
    awaitSaved("k", 1);
    store.down = true;
    assertThatThrownBy(() -> known.read("k", ReadOptions.DEFAULT.bypassingCache()))
        .isInstanceOf(UnavailableException.class);
    assertThatThrownBy(() -> known.read("k", ReadOptions.atLeast(new SyncToken(1))))
        .isInstanceOf(UnavailableException.class);
  }

  @Test
  void down_callersDoNotWaitForTheStore() {
    store.put("k", 1);
    RawStore known = open();
    awaitSaved("k", 1);
    store.down = true;
    known.read("k");
    int before = store.calls.get();
    for (int i = 0; i < 1000; i++) {
      assertThat(known.read("k")).isPresent();
    }
    assertThat(store.calls.get() - before)
        .as("calls of the thread that tries to reach it")
        .isLessThan(500);
  }

  @Test
  void startedWhileDown_readsAreAnsweredFromTheFile_untilTheStoreIsBack() {
    store.put("k", 1);
    RawStore earlier = open();
    awaitSaved("k", 1);
    earlier.close();

    MemoryStore later = new MemoryStore();
    later.down = true;
    RawStore known = open(later);
    assertThat(value(known.read("k"))).isEqualTo(1);
    assertThat(known.read("k").orElseThrow().source()).isEqualTo(KVEntry.Source.FILE);
    later.put("k", 2);
    later.down = false;
    await().untilAsserted(() -> {
      KVEntry<RawValue> read = known.read("k").orElseThrow();
      assertThat(read.stale()).isFalse();
      assertThat(value(Optional.of(read))).isEqualTo(2);
    });
    awaitSaved("k", 2);
  }

  @Test
  void startedWhileDown_withoutAFileOfThisStore_readsFail() throws Exception {
    store.down = true;
    assertThatThrownBy(() -> open().read("k")).isInstanceOf(UnavailableException.class);
    new LastKnownGoodFile(file())
        .write(new LastKnownGoodCopy(List.of("http://b"), "s", Instant.EPOCH, List.of()));
    assertThatThrownBy(() -> open().read("k")).isInstanceOf(UnavailableException.class);
    new LastKnownGoodFile(file())
        .write(new LastKnownGoodCopy(SERVICES, "another", Instant.EPOCH, List.of()));
    assertThatThrownBy(() -> open().read("k")).isInstanceOf(UnavailableException.class);
    Files.write(file(), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> open().read("k")).isInstanceOf(UnavailableException.class);
  }

  @Test
  void damagedFile_isReplaced() throws Exception {
    Files.write(file(), new byte[] {1, 2, 3});
    store.put("k", 1);
    open();
    awaitSaved("k", 1);
  }

  @Test
  void ownWritesAndReads_areKnownAtOnce() {
    store.put("read", 1);
    RawStore known = open();
    awaitSaved("read", 1);
    known.write(new Write("written", MemoryStore.CODEC.encode(5), WriteOptions.DEFAULT));
    known.delete("read", WriteOptions.DEFAULT);
    store.down = true;
    assertThat(value(known.read("written"))).isEqualTo(5);
    assertThat(known.read("read")).isEmpty();
  }

  @Test
  void expired_isNotAnswered_noMatterHowOldTheFile() {
    store.put("k", 1, Instant.ofEpochSecond(60));
    open();
    awaitSaved("k", 1);
    MemoryStore later = new MemoryStore();
    later.down = true;
    RawStore known = open(later);
    assertThat(known.read("k")).isPresent();
    now.set(Instant.ofEpochSecond(60));
    assertThat(known.read("k")).isEmpty();
    assertThat(known.readMany(List.of("k"))).isEmpty();
    assertThat(known.scan(KeyRange.ALL, 10).items()).isEmpty();
  }

  @Test
  void manyChanges_areReadTogether() {
    RawStore known = open();
    await().until(() -> Files.exists(file()));
    for (int i = 1; i <= 1000; i++) {
      store.put("k", i);
    }
    awaitSaved("k", 1000);
    assertThat(store.keysRead).hasValueLessThan(100);
    assertThat(known.read("k")).isPresent();
  }

  @Test
  void change_readsTheChangedKeysAlone() {
    for (int i = 0; i < 100; i++) {
      store.put("k" + i, i);
    }
    open();
    awaitSaved("k99", 99);
    assertThat(store.scans).hasValue(1);
    store.put("k50", "new");
    awaitSaved("k50", "new");
    RawStore.of(store).delete("k51", WriteOptions.DEFAULT);
    awaitSaved("k51", null);
    awaitSaved("k52", 52);
    assertThat(store.scans).hasValue(1);
    assertThat(store.keysRead).hasValueBetween(2, 4);
  }

  @Test
  void gapInTheChanges_readsTheWholeStoreOnce() {
    store.put("k", 1);
    open();
    awaitSaved("k", 1);
    ChangeSink sink = Objects.requireNonNull(store.sink);
    sink.missed();
    store.sink = null;
    store.put("k", 2);
    store.sink = sink;
    sink.positioned(2);
    awaitSaved("k", 2);
    assertThat(store.scans).hasValue(2);
    assertThat(store.keysRead).hasValue(0);
  }

  @Test
  void read_answeredBeforeADelete_doesNotBringTheKeyBack() {
    Thread reader = Thread.currentThread();
    MemoryStore slow = new MemoryStore() {
      @Override
      public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
        List<KVEntry<RawValue>> answer = super.find(keys, options);
        if (Thread.currentThread() == reader) {
          RawStore.of(this).delete("k", WriteOptions.DEFAULT);
          awaitSaved("k", null);
        }
        return answer;
      }
    };
    slow.put("k", 1);
    RawStore known = open(slow);
    awaitSaved("k", 1);
    assertThat(value(known.read("k"))).isEqualTo(1);
    slow.put("other", 1);
    awaitSaved("other", 1);
    awaitSaved("k", null);
  }

  @Test
  void staleAnswer_isAskedForAgainSoon() {
    AtomicBoolean stale = new AtomicBoolean();
    MemoryStore behind = new MemoryStore() {
      @Override
      public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
        List<KVEntry<RawValue>> answer = super.find(keys, options);
        return stale.getAndSet(false)
            ? answer.stream()
                .map(entry ->
                    KVEntry.of(entry.value(), entry.metadata(), true, KVEntry.Source.CACHE))
                .toList()
            : answer;
      }
    };
    behind.put("k", 1);
    open(behind);
    awaitSaved("k", 1);
    stale.set(true);
    behind.put("k", 2);
    awaitSaved("k", 2);
    assertThat(stale).isFalse();
  }

  @Test
  void tooManyChangedKeys_readTheWholeStore() {
    PendingChanges pending = new PendingChanges(() -> {});
    pending.positioned(1);
    assertThat(pending.take().all()).isTrue();
    for (int i = 0; i <= PendingChanges.MOST_KEYS; i++) {
      pending.changed(List.of("k" + i));
    }
    assertThat(pending.take()).isEqualTo(new PendingChanges.Work(true, Set.of(), 1));
  }

  /** The first event of an atomic batch arrives and is read before the second one arrives. */
  @Test
  void batch_whoseEventsComeOneByOne_isSavedTogether() {
    MemoryStore batched = new MemoryStore() {
      @Override
      public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
        List<KVEntry<RawValue>> read = super.find(keys, options);
        if (keys.contains("a")) {
          seen = 100;
          tell(new Change(KVChange.Kind.SET, "b", 4, "etag4", 100));
        }
        return read;
      }
    };
    batched.put("a", 1);
    batched.put("b", 1);
    List<List<Object>> saved = new CopyOnWriteArrayList<>();
    LastKnownGoodFile recording = new LastKnownGoodFile(file()) {
      @Override
      void write(LastKnownGoodCopy snapshot) throws IOException {
        saved.add(snapshot.entries().stream()
            .<Object>map(entry -> Objects.requireNonNull(value(Optional.of(entry))))
            .toList());
        super.write(snapshot);
      }
    };
    opened.add(RawStore.of(LastKnownGoodStore.over(batched, recording, SERVICES, now::get)));
    await().until(() -> saved.contains(List.<Object>of(1, 1)));
    ChangeSink sink = Objects.requireNonNull(batched.sink);
    batched.sink = null;
    batched.put("a", 2);
    batched.put("b", 2);
    batched.sink = sink;
    sink.changed(List.of(new Change(KVChange.Kind.SET, "a", 3, "etag3", 100)), 99);
    await().until(() -> saved.contains(List.<Object>of(2, 2)));
    assertThat(saved).containsExactly(List.of(1, 1), List.of(2, 2));
  }

  @Test
  void thread_errorWhileDown_asksOn() {
    store.put("k", 1);
    RawStore known = open();
    awaitSaved("k", 1);
    store.down = true;
    known.read("k");
    store.nextError.set(new StackOverflowError("by the test"));
    await().until(() -> store.nextError.get() == null);
    store.down = false;
    await()
        .untilAsserted(() ->
            assertThat(known.read("k").orElseThrow().source()).isEqualTo(KVEntry.Source.STORE));
  }

  @Test
  void thread_errorWhileReading_readsAgain() {
    store.put("k", 1);
    open();
    awaitSaved("k", 1);
    store.nextError.set(new NoClassDefFoundError("by the test"));
    store.put("k", 2);
    awaitSaved("k", 2);
  }

  @Test
  void folderThatCannotBeWritten_isNoObstacle() throws Exception {
    Path noFolder = Files.createFile(folder.resolve("a-file"));
    store.put("k", 1);
    RawStore known = RawStore.of(LastKnownGoodStore.over(
        store, new LastKnownGoodFile(noFolder.resolve("known")), SERVICES, now::get));
    opened.add(known);
    await().until(() -> store.scans.get() > 0);
    assertThat(value(known.read("k"))).isEqualTo(1);
    await().untilAsserted(() -> {
      store.down = true;
      try {
        assertThat(value(known.read("k"))).isEqualTo(1);
      } finally {
        store.down = false;
      }
    });
  }

  @Test
  void storeThatIsBack_andForbids_isObeyed() {
    store.put("k", 1);
    RawStore known = open();
    awaitSaved("k", 1);
    store.down = true;
    assertThat(known.read("k")).isPresent();
    store.forbidden = true;
    store.down = false;
    await()
        .untilAsserted(() -> assertThatThrownBy(() -> known.read("k"))
            .isInstanceOfSatisfying(
                KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN)));
  }

  @Test
  void closed_isClosed_alsoWhileDown() {
    store.put("k", 1);
    RawStore known = open();
    awaitSaved("k", 1);
    store.down = true;
    known.read("k");
    known.close();
    known.close();
    assertThat(store.closed).isTrue();
    assertThat(store.sink).isNull();
    assertThatThrownBy(() -> known.read("k"))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
  }
}
