package dev.kvstore.internal.watch;

import dev.kvstore.KVEntry;
import dev.kvstore.ReadOptions;
import java.util.Optional;

/**
 * Reads one key as a type.
 *
 * @param <T> the type
 */
@FunctionalInterface
public interface ItemReader<T> {
  /** Returns the entry as fresh as the options demand; empty where there is none. */
  Optional<KVEntry<T>> read(ReadOptions options);
}
