package dev.kvstore.internal.cache;

import dev.kvstore.KVEntry;
import dev.kvstore.UnavailableException;
import dev.kvstore.spi.RawValue;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A read of the database that is under way; who comes meanwhile waits for it. */
final class PendingLoad implements Slot {
  private final @Nullable EntrySlot before;
  private final long began;
  private final CompletableFuture<Optional<KVEntry<RawValue>>> result = new CompletableFuture<>();

  PendingLoad(@Nullable EntrySlot before, long began) {
    this.before = before;
    this.began = began;
  }

  /** When it began, by the cache's clock. */
  long began() {
    return began;
  }

  /**
   * Completes in any case: with the result, with an {@link UnavailableException} for all who wait,
   * or cancelled, where only the loading thread failed.
   */
  CompletableFuture<Optional<KVEntry<RawValue>>> result() {
    return result;
  }

  @Override
  public @Nullable EntrySlot held() {
    return before;
  }
}
