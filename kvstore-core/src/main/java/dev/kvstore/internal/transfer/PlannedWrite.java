package dev.kvstore.internal.transfer;

import dev.kvstore.KVEntry;
import dev.kvstore.spi.RawValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A write of an import.
 *
 * @param before the entry that is there, or null
 * @param after the value to be written: that of the snapshot, with the types that are stored now
 * @param typeChanges where a part of the value gets another type than it has now
 */
public record PlannedWrite(
    SnapshotEntry entry,
    @Nullable KVEntry<RawValue> before,
    RawValue after,
    List<String> typeChanges) {
  public String key() {
    return entry.key();
  }

  /** Returns the value that is there, or null. */
  public @Nullable RawValue valueBefore() {
    return before == null ? null : before.value();
  }
}
