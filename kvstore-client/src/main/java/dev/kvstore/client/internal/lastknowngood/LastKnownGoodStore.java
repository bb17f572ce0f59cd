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
 * Any store, of which a file keeps what was known last. While the store cannot be reached, reads
 * are answered by that and are marked, and one attempt after another is made in the background to
 * reach it again; writes go to the store and fail as they do without this. So do reads that demand
 * a point in its history, or to go past caches.
 *
 * <p>It belongs in front of a near-cache, not behind: absence has no place for a mark, and a cache
 * would take it for good. Thread-safe.
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
   * Returns the store with that file. Reads the file, and does not wait for the store.
   *
   * @param store is closed with this
   * @param services by which addresses the file is known to be of this store
   * @param clock tells when entries expire
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
   * Learns what a read has found. An answer that comes late may be of a key that is deleted and
   * known to be, so what is news has to be read again.
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

  /** The store's feed need not report the change, so the keys are read again. */
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

  /** Closes the store too. */
  @Override
  public void close() {
    keeper.close(super::close);
  }
}
