package dev.kvstore.internal.typed;

import dev.kvstore.KVEntry;
import dev.kvstore.KVStore;
import dev.kvstore.KVType;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.support.Contention;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A read, a function and a compare-and-set, again until nobody has come in between.
 *
 * @param absent what the function gets where there is no entry; null where that is an error
 */
record Update<T>(
    KVStore store,
    String key,
    KVType<T> type,
    UnaryOperator<@Nullable T> function,
    @Nullable T absent) {
  Update(KVStore store, String key, KVType<T> type, UnaryOperator<@Nullable T> function) {
    this(store, key, type, function, null);
  }

  @Nullable
  T run() {
    Contention contention = new Contention(key);
    while (true) {
      Optional<KVEntry<T>> entry = store.findEntry(key, type);
      if (entry.isEmpty() && absent == null) {
        throw new KeyNotFoundException(key);
      }
      T updated = function.apply(entry.isPresent() ? entry.get().value() : absent);
      if (storeIfUnchanged(entry, updated)) {
        return updated;
      }
      contention.lost();
    }
  }

  private boolean storeIfUnchanged(Optional<KVEntry<T>> entry, @Nullable T updated) {
    WriteOptions unchanged =
        entry.map(present -> WriteOptions.ifMatch(present.etag())).orElse(WriteOptions.ifAbsent());
    try {
      store.set(key, updated, unchanged);
      return true;
    } catch (PreconditionFailedException e) {
      return false;
    }
  }
}
