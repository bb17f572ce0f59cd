package dev.kvstore.http.api.values;

import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.wire.EntryDocument;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Reads the entries of some ranges of a store page by page. Not thread-safe. */
public final class PageWalk extends EntryDocument.Entries {
  private static final int PAGE = 500;

  private final Deque<KeyRange> ranges;

  /** @param ranges the ranges in key order */
  public PageWalk(RequestContext context, List<KeyRange> ranges) {
    super(context);
    this.ranges = new ArrayDeque<>(ranges);
  }

  @Override
  protected boolean readSome() {
    KeyRange range = ranges.poll();
    if (range == null) {
      return false;
    }
    KVPage<KVEntry<RawValue>> page = context
        .entries()
        .scan(range, Projection.ENTRIES, room.takeForScan(PAGE), context.readOptions());
    read.addAll(page.items());
    page.next().map(range::after).ifPresent(ranges::addFirst);
    room.keep(read.size(), ResponseWriter.bytes(read));
    return true;
  }
}
