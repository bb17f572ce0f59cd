package dev.kvstore.internal.transfer;

import dev.kvstore.KVEntry;
import dev.kvstore.spi.RawValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A write of an import.
 *
 * @param before the existing entry, or null
 * @param after the value to write: that of the snapshot, with the stored types
 * @param typeChanges the places where a part of the value changes its type
 */
public record PlannedWrite(
    SnapshotEntry entry,
    @Nullable KVEntry<RawValue> before,
    RawValue after,
    List<String> typeChanges) {
  public String key() {
    return entry.key();
  }

  /** Returns the existing value, or null. */
  public @Nullable RawValue valueBefore() {
    return before == null ? null : before.value();
  }
}
