package dev.kvstore.spi;

import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Base class of layers: forwards every call, so that a subclass overrides only what it changes. */
public abstract class ForwardingEntryStore implements EntryStore {
  private final EntryStore store;

  protected ForwardingEntryStore(EntryStore store) {
    this.store = Objects.requireNonNull(store, "store");
  }

  /** Returns the store below. */
  protected EntryStore below() {
    return store;
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public @Nullable CachedEntry peek(String key, ReadOptions options) {
    return below().peek(key, options);
  }

  @Override
  public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
    return below().find(keys, options);
  }

  @Override
  public <T> KVPage<T> scan(
      KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
    return below().scan(range, projection, limit, options);
  }

  @Override
  public int count(KeyRange range, int most, ReadOptions options) {
    return below().count(range, most, options);
  }

  @Override
  public <R> R apply(Mutation<R> mutation) {
    return below().apply(mutation);
  }

  @Override
  public FeedSubscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    return below().subscribe(sink, from);
  }

  @Override
  public SyncToken syncToken() {
    return store.syncToken();
  }

  @Override
  public Object identity() {
    return store.identity();
  }

  @Override
  public <C> Optional<C> capability(Class<C> type) {
    return type.isInstance(this) ? Optional.of(type.cast(this)) : store.capability(type);
  }

  @Override
  public void close() {
    store.close();
  }
}
