package dev.kvstore.cli.commands;

import dev.kvstore.KVEntry;
import dev.kvstore.KVOperation;
import dev.kvstore.internal.bson.MergePatch;
import dev.kvstore.internal.transfer.StoredTypes;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import org.jspecify.annotations.Nullable;

/**
 * The change that {@code kv apply} makes to an entry.
 *
 * @param operation a set, a patch or a delete
 * @param value to be set, or the merge patch; null for a delete
 */
record EntryChange(KVOperation operation, @Nullable RawValue value) {
  boolean isDeletion() {
    return value == null;
  }

  /** Returns the value afterwards; null if there is none. */
  @Nullable
  RawValue after(KVEntry<RawValue> entry) {
    if (value == null || operation == KVOperation.SET) {
      return value;
    }
    RawValue before = Values.of(entry);
    RawValue patched = MergePatch.apply(value, before, Values.LIMITS);
    return StoredTypes.keep(entry.key(), before, patched, false).value();
  }
}
