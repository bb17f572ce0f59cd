package dev.kvstore.spi;

import dev.kvstore.KVEntry;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entry as a near-cache holds it, or that there is none, with room for the value as it was
 * decoded last. Good at the moment when it was got from {@link EntryStore#held}, so not to be kept.
 * Thread-safe.
 */
public interface HeldEntry {
  /** Returns the entry; empty where it is known that there is none. The same object each time. */
  Optional<KVEntry<RawValue>> entry();

  /** Returns the value as it was decoded last, or null where nobody has left it here. */
  @Nullable
  Decoded decoded();

  /**
   * Keeps the decoded value for those who come next, in place of an earlier one, for as long as the
   * entry is held. All readers share it: leave only what is immutable.
   */
  void keep(Decoded decoded);
}
