package dev.kvstore.http;

import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries of some ranges of a store, read page by page. Not thread-safe. */
final class PageWalk implements EntryDocument.Entries {
  private static final int PAGE = 500;

  /** About the most bytes of values that a page has. */
  private static final int PAGE_BYTES = 4 * 1024 * 1024;

  /** How many entries a page has where there is no memory for one of usual size. */
  private static final int FEW = 4;

  private final Exchange exchange;
  private final Deque<KeyRange> ranges;
  private final Deque<KVEntry<RawValue>> page = new ArrayDeque<>();

  /** The room taken for the page. */
  private int taken;

  /** @param ranges in the order of their keys */
  PageWalk(Exchange exchange, List<KeyRange> ranges) {
    this.exchange = exchange;
    this.ranges = new ArrayDeque<>(ranges);
  }

  @Override
  public @Nullable KVEntry<RawValue> next() {
    while (page.isEmpty()) {
      giveBack(taken);
      KeyRange range = ranges.poll();
      if (range == null) {
        return null;
      }
      read(range);
    }
    return page.remove();
  }

  private void read(KeyRange range) {
    taken = exchange.room().tryTakePage(PAGE_BYTES) ? PAGE_BYTES : 0;
    KVPage<KVEntry<RawValue>> read =
        exchange.entries().scan(range, taken > 0 ? PAGE : FEW, exchange.readOptions());
    page.addAll(read.items());
    read.next().map(range::after).ifPresent(ranges::addFirst);
    long bytes = read.items().stream().mapToLong(e -> Answers.present(e).size()).sum();
    giveBack((int) Math.max(0, taken - bytes));
  }

  private void giveBack(int bytes) {
    exchange.room().giveBackPage(bytes);
    taken -= bytes;
  }
}
