package dev.kvstore.internal.watch;

import dev.kvstore.KVEntry;
import dev.kvstore.KVType;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.spi.RawValue;

/** Reads the value of an entry as a type. */
@FunctionalInterface
public interface EntryDecoder {
  /**
   * Returns the entry with its value as that type.
   *
   * @throws TypeMismatchException if the value cannot become the type without loss
   */
  <T> KVEntry<T> decode(KVEntry<RawValue> entry, KVType<T> type);
}
