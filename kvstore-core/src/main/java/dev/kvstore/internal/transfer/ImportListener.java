package dev.kvstore.internal.transfer;

import dev.kvstore.spi.RawValue;

/** Receives the planned changes of an import. An exception ends the import. */
public interface ImportListener {
  /** A listener that does nothing. */
  ImportListener NONE = new ImportListener() {};

  /** Called once or twice for each key, before anything is written. */
  default void key(String key) {}

  /** Called for each key that is kept in memory because the keys are not in order. */
  default void keptKey(String key) {}

  /** Called for each entry that will be written or, in a dry run, would be. */
  default void write(PlannedWrite write) {}

  /** Called for each entry that will be deleted or, in a dry run, would be. */
  default void deletion(String key, RawValue value) {}

  /** Called from time to time with the progress. */
  default void progress(long done, long total) {}
}
