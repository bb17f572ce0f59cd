package dev.kvstore.internal.watch;

import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVItemChange;
import dev.kvstore.ReadOptions;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.ValidationFailedException;
import dev.kvstore.spi.Interest;
import dev.kvstore.spi.RawValue;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a key after each change, and reports its value if that differs from the last one. */
final class ItemWatch<T> extends RereadingWatch {
  private static final Logger log = LoggerFactory.getLogger(ItemWatch.class);

  private final String key;
  private final Function<ReadOptions, Optional<KVEntry<T>>> reader;
  private final @Nullable T fallback;
  private final Consumer<? super KVItemChange<T>> listener;

  // The entry reported last, or read initially. Written only by the runner.
  private volatile Optional<KVEntry<T>> last;

  private @Nullable String refusal; // logged last; confined to the runner

  ItemWatch(
      WatchHub hub,
      String key,
      Function<ReadOptions, Optional<KVEntry<T>>> reader,
      @Nullable T fallback,
      Consumer<? super KVItemChange<T>> listener) {
    super(hub, "the key '" + key + "'", Interest.key(key));
    this.key = key;
    this.reader = reader;
    this.fallback = fallback;
    this.listener = listener;
    this.last = reader.apply(ReadOptions.DEFAULT);
  }

  @Override
  Optional<String> key() {
    return Optional.of(key);
  }

  @Override
  boolean knows(Map<String, KVEntry<RawValue>> found) {
    return isSame(last, Optional.ofNullable(found.get(key)), false);
  }

  @Override
  void read(ReadOptions options, boolean byHand) {
    Optional<KVEntry<T>> now;
    try {
      now = reader.apply(options);
      refusal = null;
    } catch (TypeMismatchException | ValidationFailedException e) {
      refused(e);
      return;
    }
    if (!isSame(last, now, byHand)) {
      tell(now);
    }
  }

  /** Logs the refusal of a value once, even if the same value is read again. */
  private void refused(KVException e) {
    if (!Objects.equals(e.getMessage(), refusal)) {
      refusal = e.getMessage();
      log.warn("A change of the key '{}' cannot be told: {}", key, refusal);
    }
  }

  private void tell(Optional<KVEntry<T>> now) {
    KVItemChange<T> change =
        new KVItemChange<>(key, value(now), value(last), now.map(KVEntry::metadata));
    last = now;
    runner.call("A listener to the key '" + key + "'", () -> listener.accept(change));
  }

  private @Nullable T value(Optional<KVEntry<T>> entry) {
    return entry.isPresent() ? entry.get().value() : fallback;
  }

  /**
   * Returns true if both entries have the same value. Equal etags mean equal values, unless the
   * value was changed manually.
   */
  private static boolean isSame(
      Optional<? extends KVEntry<?>> one,
      Optional<? extends KVEntry<?>> other,
      boolean compareValues) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.isEmpty() && other.isEmpty();
    }
    return one.get().version() == other.get().version()
        && one.get().etag().equals(other.get().etag())
        && (!compareValues || Objects.deepEquals(one.get().value(), other.get().value()));
  }
}
