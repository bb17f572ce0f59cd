package dev.kvstore.http.api.values;

import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.http.limits.PageRoom;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.wire.EntryDocument;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries of some ranges of a store, read page by page. Not thread-safe. */
public final class PageWalk implements EntryDocument.Entries {
  private static final int PAGE = 500;

  private final RequestContext context;
  private final Deque<KeyRange> ranges;
  private final Deque<KVEntry<RawValue>> page = new ArrayDeque<>();
  private final PageRoom room;

  /** @param ranges in the order of their keys */
  PageWalk(RequestContext context, List<KeyRange> ranges) {
    this.context = context;
    this.ranges = new ArrayDeque<>(ranges);
    this.room = context.room().forEntries();
  }

  @Override
  public @Nullable KVEntry<RawValue> next() {
    while (page.isEmpty()) {
      room.clear();
      KeyRange range = ranges.poll();
      if (range == null) {
        return null;
      }
      read(range);
    }
    return page.remove();
  }

  @Override
  public void settle() {
    if (page.isEmpty()) {
      room.clear();
    }
  }

  private void read(KeyRange range) {
    KVPage<KVEntry<RawValue>> read = context
        .entries()
        .scan(range, Projection.ENTRIES, room.takeForScan(PAGE), context.readOptions());
    page.addAll(read.items());
    read.next().map(range::after).ifPresent(ranges::addFirst);
    room.keep(page.size(), ResponseWriter.bytes(page));
  }
}
