package dev.kvstore.http.api;

import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.http.limits.PageRoom;
import dev.kvstore.http.limits.Room;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A store that a request reads in parts. The memory of each part is reserved until the next one is
 * read; a caller that keeps entries longer must reserve memory for them. Not thread-safe.
 */
public final class MeteredStore extends ForwardingEntryStore {
  private final PageRoom room;

  public MeteredStore(EntryStore store, RequestContext context) {
    super(store);
    this.room = context.room().forEntries();
  }

  @Override
  public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
    room.clear();
    List<KVEntry<RawValue>> found = new ArrayList<>();
    List<String> rest = List.copyOf(keys);
    while (!rest.isEmpty()) {
      int count = room.take(rest.size());
      List<KVEntry<RawValue>> some = super.find(rest.subList(0, count), options);
      room.keep(some.size(), ResponseWriter.bytes(some));
      found.addAll(some);
      rest = rest.subList(count, rest.size());
    }
    return found;
  }

  @Override
  public <T> KVPage<T> scan(
      KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
    room.clear();
    KVPage<T> page = super.scan(range, projection, room.takeForScan(limit), options);
    room.keep(
        page.items().size(),
        page.items().stream()
            .flatMap(item -> projection.entry(item).stream())
            .mapToLong(entry -> ResponseWriter.present(entry).size())
            .sum());
    return page;
  }

  /** Reserves memory for entries that are kept; a negative number gives it back. */
  public static void hold(RequestContext context, long bytes) {
    Room room = context.room();
    if (bytes < 0) {
      room.giveBack(Math.toIntExact(-bytes));
    } else {
      room.takeSoon(Math.toIntExact(bytes));
    }
  }
}
