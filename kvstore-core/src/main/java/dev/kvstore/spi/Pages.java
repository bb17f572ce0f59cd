package dev.kvstore.spi;

import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import java.util.Collections;
import java.util.Iterator;
import java.util.Objects;
import java.util.Spliterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A spliterator over the entries of a range that reads page by page on demand. It does not split,
 * so that even a parallel stream holds at most one page. Not thread-safe.
 */
final class Pages<T> implements Spliterator<T> {
  private final EntryStore store;
  private final Projection<T> projection;
  private final int size;
  private final ReadOptions options;
  private @Nullable KeyRange rest;
  private Iterator<T> page = Collections.emptyIterator();

  Pages(EntryStore store, KeyRange range, Projection<T> projection, int size, ReadOptions options) {
    this.store = store;
    this.rest = range;
    this.projection = projection;
    this.size = size;
    this.options = Objects.requireNonNull(options, "options");
  }

  @Override
  public boolean tryAdvance(Consumer<? super T> action) {
    while (!page.hasNext()) {
      KeyRange range = rest;
      if (range == null) {
        return false;
      }
      KVPage<T> read = store.scan(range, projection, size, options);
      page = read.items().iterator();
      rest = read.next().map(range::after).orElse(null);
    }
    action.accept(page.next());
    return true;
  }

  @Override
  public @Nullable Spliterator<T> trySplit() {
    return null;
  }

  @Override
  public long estimateSize() {
    return Long.MAX_VALUE;
  }

  @Override
  public int characteristics() {
    return ORDERED | DISTINCT | NONNULL;
  }
}
