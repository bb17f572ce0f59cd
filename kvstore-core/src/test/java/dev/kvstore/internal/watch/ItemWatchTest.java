package dev.kvstore.internal.watch;

import static dev.kvstore.internal.watch.FakeStore.delete;
import static dev.kvstore.internal.watch.FakeStore.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.KVItemChange;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVSubscription;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.UnavailableException;
import dev.kvstore.ValidationFailedException;
import dev.kvstore.spi.Change;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Runs on the test's own thread: work waits until the test runs it. */
class ItemWatchTest {
  private final FakeStore store = new FakeStore();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final ArrayDeque<Runnable> delayed = new ArrayDeque<>();
  private final WatchHub hub =
      new WatchHub(store, tasks::add, (work, after) -> delayed.add(work), () -> {});
  private final List<ReadOptions> reads = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private Optional<KVEntry<String>> stored = Optional.empty();
  private @Nullable Throwable failure;

  private void store(String value, long version) {
    stored = Optional.of(KVEntry.of(
        value,
        KVMetadata.of("k", version, "etag" + version, Instant.EPOCH, Instant.EPOCH, null, null)));
  }

  private KVSubscription onChange(Consumer<? super KVItemChange<String>> listener) {
    return hub.onChange("k", this::read, "default", listener);
  }

  private Optional<KVEntry<String>> read(ReadOptions options) {
    reads.add(options);
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    return stored;
  }

  private void note(KVItemChange<String> change) {
    told.add(change.previous() + " -> " + change.value()
        + change.metadata().map(now -> " v" + now.version()).orElse(""));
  }

  private void run() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  @Test
  void change_readingThrowsAnError_isTriedAgain() {
    store("a", 1);
    onChange(this::note);
    store.positioned(10);
    run();
    failure = new StackOverflowError();
    store("b", 2);
    store.changed(set("k", 2, 11));
    run();
    assertThat(told).isEmpty();
    failure = null;
    delayed.remove().run();
    run();
    assertThat(told).containsExactly("a -> b v2");
  }

  @Test
  void change_whenNoThreadCanBeStarted_isToldWithTheNextSignOfLife() {
    store("a", 1);
    AtomicBoolean outOfThreads = new AtomicBoolean();
    WatchHub starving = new WatchHub(
        store,
        work -> {
          if (outOfThreads.get()) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          tasks.add(work);
        },
        (work, after) -> delayed.add(work),
        () -> {});
    starving.onChange("k", this::read, "default", this::note);
    store.positioned(10);
    run();
    outOfThreads.set(true);
    store("b", 2);
    assertThatThrownBy(() -> store.changed(set("k", 2, 11))).isInstanceOf(OutOfMemoryError.class);
    outOfThreads.set(false);
    store.sinks.forEach(sink -> sink.changed(List.of(), 12));
    run();
    assertThat(told).containsExactly("a -> b v2");
  }

  @Test
  void change_isToldWithBothValues() {
    store("a", 1);
    onChange(this::note);
    store.positioned(10);
    run();
    store("b", 2);
    store.changed(set("k", 2, 11));
    run();
    assertThat(told).containsExactly("a -> b v2");
    assertThat(reads)
        .containsExactly(
            ReadOptions.DEFAULT,
            ReadOptions.atLeast(new SyncToken(10)),
            ReadOptions.atLeast(new SyncToken(11)));
  }

  @Test
  void change_beforeItIsPositioned_isTold() {
    store("a", 1);
    onChange(this::note);
    store("b", 2);
    store.positioned(10);
    run();
    assertThat(told).containsExactly("a -> b v2");
  }

  @Test
  void changes_fasterThanTheyAreTold_areToldAsTheLast() {
    onChange(this::note);
    store("c", 3);
    store.changed(set("k", 1, 11), set("k", 2, 12));
    store.changed(set("k", 3, 13));
    run();
    assertThat(told).containsExactly("default -> c v3");
    assertThat(reads).hasSize(2).last().isEqualTo(ReadOptions.atLeast(new SyncToken(13)));
  }

  @Test
  void version_thatWasTold_isNotToldAgain() {
    onChange(this::note);
    store("b", 2);
    store.changed(set("k", 1, 11));
    run();
    store.changed(set("k", 2, 12));
    run();
    store.missed();
    store.positioned(20);
    run();
    assertThat(told).containsExactly("default -> b v2");
  }

  @Test
  void version_ofAnotherLife_isTold() {
    store("a", 1);
    onChange(this::note);
    store("b", 1);
    stored = stored.map(entry -> KVEntry.of(
        "b", KVMetadata.of("k", 1, "another", Instant.EPOCH, Instant.EPOCH, null, null)));
    store.changed(delete("k", 11), set("k", 1, 12));
    run();
    assertThat(told).containsExactly("a -> b v1");
  }

  @Test
  void delete_isToldAsTheDefault() {
    store("a", 1);
    onChange(this::note);
    stored = Optional.empty();
    store.changed(delete("k", 11));
    run();
    assertThat(told).containsExactly("a -> default");
  }

  @Test
  void changedByHand_isToldWhereTheValueIsAnother() {
    store("a", 1);
    onChange(this::note);
    store.changed(new Change(KVChange.Kind.SET, "k", Change.UNKNOWN_VERSION, null, 11));
    run();
    store("b", 1);
    store.changed(new Change(KVChange.Kind.SET, "k", Change.UNKNOWN_VERSION, null, 12));
    run();
    assertThat(told).containsExactly("a -> b v1");
  }

  @Test
  void history_lost_isReadAnew() {
    store("a", 1);
    onChange(this::note);
    store.positioned(10);
    run();
    store("b", 5);
    store.missed();
    run();
    assertThat(told).isEmpty();
    store.positioned(20);
    run();
    assertThat(told).containsExactly("a -> b v5");
  }

  @Test
  void feed_withoutPositions_isReadPastAnyCache() {
    onChange(this::note);
    store.positioned(0);
    store.changed(set("k", 1, 0));
    run();
    assertThat(reads).last().isEqualTo(ReadOptions.DEFAULT.bypassingCache());
  }

  @Test
  void read_failed_isTriedAgain() {
    onChange(this::note);
    store("a", 1);
    failure = new UnavailableException("down", null);
    store.changed(set("k", 1, 11));
    run();
    assertThat(told).isEmpty();
    failure = null;
    delayed.remove().run();
    run();
    assertThat(told).containsExactly("default -> a v1");
    assertThat(delayed).isEmpty();
  }

  @Test
  void value_ofAnotherType_isNotTold_andTheNextIs() {
    store("a", 1);
    onChange(this::note);
    failure = new TypeMismatchException("k", "int32", "String", null, null);
    store.changed(set("k", 2, 11));
    run();
    assertThat(delayed).isEmpty();
    failure = null;
    store("c", 3);
    store.changed(set("k", 3, 12));
    run();
    assertThat(told).containsExactly("a -> c v3");
  }

  @Test
  void value_againstARule_isLoggedOnce_andTheNextIsTold() {
    Logger logger = (Logger) LoggerFactory.getLogger(ItemWatch.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      store("a", 1);
      onChange(this::note);
      failure = new ValidationFailedException("k", List.of("must be short"));
      store.changed(set("k", 2, 11));
      run();
      store.positioned(12);
      run();
      assertThat(told).isEmpty();
      assertThat(log.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .containsExactly(
              "A change of the key 'k' cannot be told: The value for key 'k' " + "must be short");
      failure = null;
      store("c", 3);
      store.changed(set("k", 3, 13));
      run();
      assertThat(told).containsExactly("a -> c v3");
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void listener_thatThrows_isToldOfTheNext() {
    onChange(change -> {
      note(change);
      throw new IllegalStateException("a bug");
    });
    store("a", 1);
    store.changed(set("k", 1, 11));
    run();
    store("b", 2);
    store.changed(set("k", 2, 12));
    run();
    assertThat(told).containsExactly("default -> a v1", "a -> b v2");
  }

  @Test
  void otherKeys_areNotRead() {
    onChange(this::note);
    store.changed(set("other", 1, 11));
    assertThat(tasks).isEmpty();
  }

  @Test
  void close_beforeTheWork_tellsNothing() {
    KVSubscription subscription = onChange(this::note);
    store("a", 1);
    store.changed(set("k", 1, 11));
    subscription.close();
    run();
    assertThat(told).isEmpty();
    assertThat(store.sinks).isEmpty();
  }

  @Test
  void firstRead_failing_isTheCallers() {
    failure = new UnavailableException("down", null);
    assertThatThrownBy(() -> onChange(this::note)).isSameAs(failure);
    assertThat(store.sinks).isEmpty();
  }
}
