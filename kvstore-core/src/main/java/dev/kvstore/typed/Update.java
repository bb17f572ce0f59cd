package dev.kvstore.typed;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.KVType;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteOptions;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
  /**
   * Every failure means that another writer got through, so it takes very many writers to fail this
   * often.
   */
  private static final int MAX_ATTEMPTS = 1000;

  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  Update(KVStore store, String key, KVType<T> type, UnaryOperator<@Nullable T> function) {
    this(store, key, type, function, null);
  }

  @Nullable
  T run() {
    for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      Optional<KVEntry<T>> entry = store.findEntry(key, type);
      if (entry.isEmpty() && absent == null) {
        throw new KeyNotFoundException(key);
      }
      T updated = function.apply(entry.isPresent() ? entry.get().value() : absent);
      if (storeIfUnchanged(entry, updated)) {
        return updated;
      }
      pause(attempt);
    }
    throw new KVException(
        ErrorCode.CONFLICT,
        "Key '" + key + "' was changed by others each of the " + MAX_ATTEMPTS
            + " times that its update was tried");
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

  private static void pause(int attempt) {
    long atMost = Math.min(LONGEST_PAUSE_NANOS, 50_000L << Math.min(attempt, 10));
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(atMost));
  }
}
