package dev.kvstore.client.internal.lastknowngood;

import dev.kvstore.DeleteResult;
import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Supplier;

/**
 * A store with a last-known-good file. While the store cannot be reached, reads return the last
 * known entries, marked as stale, and a background thread tries to reach the store again. Writes
 * always go to the store and fail as they would without the file, and so do reads that demand a
 * sync token or bypass caches.
 *
 * <p>This layer must be above a near-cache, not below: an absent key cannot be marked as stale, so
 * a cache would keep it. Thread-safe.
 */
public final class LastKnownGoodStore extends ForwardingEntryStore {
  private final KnownEntries knownEntries;
  private final LastKnownGoodKeeper keeper;

  private LastKnownGoodStore(
      EntryStore store, KnownEntries knownEntries, LastKnownGoodKeeper keeper) {
    super(store);
    this.knownEntries = knownEntries;
    this.keeper = keeper;
  }

  /**
   * Returns the store with this file. Reads the file, and does not wait for the store.
   *
   * @param store closed with the result
   * @param services the URLs that identify the service in the file
   * @param clock the clock for the expiry of entries
   */
  public static LastKnownGoodStore over(
      EntryStore store, LastKnownGoodFile file, List<String> services, InstantSource clock) {
    KnownEntries knownEntries = new KnownEntries(clock);
    LastKnownGoodKeeper keeper =
        new LastKnownGoodKeeper(store, knownEntries, file, services, clock);
    keeper.begin();
    return new LastKnownGoodStore(store, knownEntries, keeper);
  }

  @Override
  public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
    if (options.at().isPresent()) {
      return super.find(keys, options);
    }
    return known(
        options,
        () -> {
          List<KVEntry<RawValue>> entries = super.find(keys, options);
          learn(entries);
          return entries;
        },
        () -> new LinkedHashSet<>(keys)
            .stream().flatMap(key -> knownEntries.find(key).stream()).toList());
  }

  @Override
  public <T> KVPage<T> scan(
      KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
    if (options.at().isPresent()) {
      return super.scan(range, projection, limit, options);
    }
    return known(
        options,
        () -> {
          KVPage<T> page = super.scan(range, projection, limit, options);
          learn(page.items().stream()
              .flatMap(item -> projection.entry(item).stream())
              .toList());
          return page;
        },
        () -> knownEntries.scan(range, limit, projection::of));
  }

  /**
   * Learns the result of a read. A late result may contain a key that was deleted since, so keys
   * with news are read again.
   */
  private void learn(List<KVEntry<RawValue>> found) {
    List<String> news =
        found.stream().filter(knownEntries::learn).map(KVEntry::key).toList();
    if (!news.isEmpty()) {
      keeper.changed(news);
    }
  }

  private <T> T known(ReadOptions options, Supplier<T> asked, Supplier<T> remembered) {
    boolean demanding = options.bypassCache() || options.atLeast().compareTo(SyncToken.START) > 0;
    if (!demanding && keeper.isOut()) {
      return remembered.get();
    }
    try {
      T answer = asked.get();
      keeper.reached();
      return answer;
    } catch (UnavailableException e) {
      if (demanding || Thread.currentThread().isInterrupted() || !keeper.failed(e)) {
        throw e;
      }
      return remembered.get();
    }
  }

  /**
   * Applies the mutation and triggers a read of its keys, because the store's feed may not report
   * the change.
   */
  @Override
  public <R> R apply(Mutation<R> mutation) {
    try {
      R result = super.apply(mutation);
      mutation.entry(result).ifPresent(knownEntries::learn);
      if (mutation instanceof Mutation.Delete delete) {
        knownEntries.forget(delete.key());
      } else if (result instanceof DeleteResult deleted) {
        deleted.keys().forEach(knownEntries::forget);
      }
      keeper.reached();
      keeper.changed(mutation.keys());
      return result;
    } catch (OutcomeUnknownException e) {
      keeper.changed(mutation.keys());
      throw e;
    }
  }

  /** Also closes the store. */
  @Override
  public void close() {
    keeper.close(super::close);
  }
}
