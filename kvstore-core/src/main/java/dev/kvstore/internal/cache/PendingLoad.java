package dev.kvstore.internal.cache;

import dev.kvstore.KVEntry;
import dev.kvstore.UnavailableException;
import dev.kvstore.spi.RawValue;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A running read of the database, which other readers of the key can join. */
final class PendingLoad implements Slot {
  private final @Nullable EntrySlot before;
  private final long began;
  private final CompletableFuture<Optional<KVEntry<RawValue>>> result = new CompletableFuture<>();

  PendingLoad(@Nullable EntrySlot before, long began) {
    this.before = before;
    this.began = began;
  }

  /** Returns when the load began, by the cache's clock. */
  long began() {
    return began;
  }

  /**
   * Returns the future result, which always completes: with the entry, with an
   * {@link UnavailableException}, or by cancellation if the failure concerns only the loading
   * thread.
   */
  CompletableFuture<Optional<KVEntry<RawValue>>> result() {
    return result;
  }

  @Override
  public @Nullable EntrySlot held() {
    return before;
  }
}
