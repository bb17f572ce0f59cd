package dev.kvstore.internal.typed;

import dev.kvstore.KVEntry;
import dev.kvstore.KVStore;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.support.Contention;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A read, a function and a compare-and-set, repeated until no other write intervenes.
 *
 * @param absent the argument of the function if there is no entry; null if that is an error
 * @param options the condition must hold for each entry that is read
 */
record Update<T>(
    KVStore store,
    String key,
    Function<ReadOptions, Optional<KVEntry<T>>> reader,
    UnaryOperator<@Nullable T> function,
    @Nullable T absent,
    WriteOptions options) {
  Update {
    Objects.requireNonNull(function, "function");
    Objects.requireNonNull(options, "options");
  }

  @Nullable
  T run() {
    Contention contention = new Contention(key);
    while (true) {
      Optional<KVEntry<T>> entry = read();
      T updated = function.apply(entry.isPresent() ? entry.get().value() : absent);
      if (storeIfUnchanged(entry, updated)) {
        return updated;
      }
      contention.lost();
    }
  }

  /** Reads the entry. A cached one is fresh enough to start with, but not to refuse the update. */
  private Optional<KVEntry<T>> read() {
    Optional<KVEntry<T>> entry = reader.apply(ReadOptions.DEFAULT);
    if (isWanted(entry)) {
      return entry;
    }
    entry = reader.apply(ReadOptions.DEFAULT.bypassingCache());
    if (isWanted(entry)) {
      return entry;
    }
    String etag = etag(entry);
    if (!options.condition().holdsFor(etag)) {
      throw new PreconditionFailedException(key, options.condition(), etag);
    }
    throw new KeyNotFoundException(key);
  }

  private boolean isWanted(Optional<KVEntry<T>> entry) {
    return options.condition().holdsFor(etag(entry)) && (entry.isPresent() || absent != null);
  }

  private static @Nullable String etag(Optional<? extends KVEntry<?>> entry) {
    return entry.isPresent() ? entry.get().etag() : null;
  }

  private boolean storeIfUnchanged(Optional<KVEntry<T>> entry, @Nullable T updated) {
    String etag = etag(entry);
    WriteCondition unchanged =
        etag == null ? WriteCondition.IF_ABSENT : WriteCondition.ifMatch(etag);
    try {
      store.set(key, updated, options.condition(unchanged));
      return true;
    } catch (PreconditionFailedException e) {
      return false;
    }
  }
}
