package dev.kvstore.internal.transfer;

import dev.kvstore.spi.RawValue;

/** Hears what an import is about to do. What it throws ends the import. */
public interface ImportListener {
  /** Hears nothing. */
  ImportListener NONE = new ImportListener() {};

  /** Called for each key, once or twice, before anything is written. */
  default void key(String key) {}

  /** Called for each key that is kept in memory, because the keys are not in order. */
  default void keptKey(String key) {}

  /** Called for each entry that is going to be written, or would be if it were no dry run. */
  default void write(PlannedWrite write) {}

  /** Called for each entry that is going to be deleted, or would be if it were no dry run. */
  default void deletion(String key, RawValue value) {}

  /** Called after every few entries of the snapshot. */
  default void progress(long done, long total) {}
}
