package dev.kvstore.watch;

import dev.kvstore.KVEntry;
import dev.kvstore.KVItemChange;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.Interest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of the values of one key: reads it after each change, and tells what is different from what
 * was told before. What changes faster than it is told is told as it is in the end, so nothing has
 * to wait in a queue.
 */
final class ItemWatch<T> extends Watch {
  private static final Logger log = LoggerFactory.getLogger(ItemWatch.class);

  private final String key;
  private final ItemReader<T> reader;
  private final @Nullable T fallback;
  private final Consumer<? super KVItemChange<T>> listener;
  private final Consumer<Runnable> later;
  private final SerialRunner runner;

  // Of the runner alone; the first is what was told last, or read before anything was.
  private Optional<KVEntry<T>> last;

  private boolean failing;

  // Guarded by this.
  private SyncToken position = SyncToken.START;
  private boolean byHand;

  /** @param later does something after a while */
  ItemWatch(
      String key,
      ItemReader<T> reader,
      @Nullable T fallback,
      Consumer<? super KVItemChange<T>> listener,
      Executor executor,
      Consumer<Runnable> later,
      Consumer<Watch> whenClosed) {
    super(whenClosed);
    this.key = key;
    this.reader = reader;
    this.fallback = fallback;
    this.listener = listener;
    this.later = later;
    this.runner = new SerialRunner(executor, this::look);
    this.last = reader.read(ReadOptions.DEFAULT);
  }

  @Override
  SerialRunner runner() {
    return runner;
  }

  @Override
  public Interest interest() {
    return Interest.key(key);
  }

  @Override
  public void positioned(long at) {
    changedAt(at, false);
  }

  @Override
  public void changed(List<Change> changes, long upTo) {
    for (Change change : changes) {
      if (change.key().equals(key)) {
        changedAt(change.position(), change.version() == Change.UNKNOWN_VERSION);
      }
    }
  }

  @Override
  public void missed() {
    // It reads when it is positioned anew.
  }

  private void changedAt(long at, boolean isByHand) {
    synchronized (this) {
      position = position.max(new SyncToken(at));
      byHand |= isByHand;
    }
    runner.wake();
  }

  private void look() {
    ReadOptions options;
    boolean compareValues;
    synchronized (this) {
      // Without positions nobody can tell whether a cache has heard of the change already.
      options = position.equals(SyncToken.START)
          ? ReadOptions.DEFAULT.bypassingCache()
          : ReadOptions.atLeast(position);
      compareValues = byHand;
      byHand = false;
    }
    Optional<KVEntry<T>> now;
    try {
      now = reader.read(options);
    } catch (TypeMismatchException e) {
      log.warn("A change of the key '{}' cannot be told: {}", key, e.getMessage());
      return;
    } catch (RuntimeException e) {
      tryLater(e, compareValues);
      return;
    }
    failing = false;
    if (!isSame(last, now, compareValues)) {
      tell(now);
    }
  }

  private void tryLater(RuntimeException e, boolean compareValues) {
    if (!failing) {
      log.warn(
          "The key '{}' has changed and cannot be read, it is tried again: {}",
          key,
          e.getMessage());
    }
    log.debug("The key '{}' cannot be read", key, e);
    failing = true;
    synchronized (this) {
      byHand |= compareValues;
    }
    later.accept(runner::wake);
  }

  private void tell(Optional<KVEntry<T>> now) {
    KVItemChange<T> change = new KVItemChange<>(
        key, value(now), value(last), now.map(KVEntry::metadata).orElse(null));
    last = now;
    if (runner.isClosed()) {
      return;
    }
    try {
      listener.accept(change);
    } catch (Throwable e) { // whatever it is, it is the listener's
      log.error("A listener to the key '{}' failed; it is told of the next change", key, e);
    }
  }

  private @Nullable T value(Optional<KVEntry<T>> entry) {
    return entry.isPresent() ? entry.get().value() : fallback;
  }

  /** An etag stands for a value, unless somebody has changed that by hand. */
  private static <T> boolean isSame(
      Optional<KVEntry<T>> one, Optional<KVEntry<T>> other, boolean compareValues) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.isEmpty() && other.isEmpty();
    }
    return one.get().version() == other.get().version()
        && one.get().etag().equals(other.get().etag())
        && (!compareValues || Objects.deepEquals(one.get().value(), other.get().value()));
  }
}
