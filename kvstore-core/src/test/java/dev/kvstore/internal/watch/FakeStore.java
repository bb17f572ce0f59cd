package dev.kvstore.internal.watch;

import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A store that supports only subscriptions; the test is its feed. */
class FakeStore implements EntryStore {
  final List<ChangeSink> sinks = new CopyOnWriteArrayList<>();
  final List<Optional<SyncToken>> froms = new CopyOnWriteArrayList<>();

  void positioned(long position) {
    sinks.forEach(sink -> sink.positioned(position));
  }

  void missed() {
    sinks.forEach(ChangeSink::missed);
  }

  void changed(Change... changes) {
    long position = changes[changes.length - 1].position();
    sinks.forEach(sink -> sink.changed(List.of(changes), position));
  }

  static Change set(String key, long version, long position) {
    return new Change(KVChange.Kind.SET, key, version, "etag" + version, position);
  }

  static Change delete(String key, long position) {
    return new Change(KVChange.Kind.DELETE, key, 0, null, position);
  }

  @Override
  public FeedSubscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    sinks.add(sink);
    froms.add(Optional.ofNullable(from));
    return () -> sinks.remove(sink);
  }

  @Override
  public String name() {
    return "s";
  }

  @Override
  public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> KVPage<T> scan(
      KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <R> R apply(Mutation<R> mutation) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
