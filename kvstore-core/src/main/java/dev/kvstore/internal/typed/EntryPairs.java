package dev.kvstore.internal.typed;

import dev.kvstore.KVEntry;
import dev.kvstore.KVQuery;
import dev.kvstore.ReadOptions;
import dev.kvstore.internal.support.KeyOrder;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The entries of two ranges side by side, read page by page. Not thread-safe. */
final class EntryPairs implements Iterator<EntryPairs.Pair> {
  private final Side left;
  private final Side right;

  EntryPairs(Side left, Side right) {
    this.left = left;
    this.right = right;
  }

  /** Two entries of the same name; one of them can be absent. */
  record Pair(@Nullable KVEntry<RawValue> left, @Nullable KVEntry<RawValue> right) {
    boolean isSame() {
      return left != null && right != null && Objects.equals(left.value(), right.value());
    }
  }

  /** The entries of one range, in the order of their keys. */
  static final class Side {
    private final int skipped;
    private final Iterator<KVEntry<RawValue>> rest;
    private @Nullable KVEntry<RawValue> head;

    /** @param prefix of the keys; what comes after it is the name that is compared */
    Side(EntryStore store, KeyRange range, String prefix, ReadOptions options) {
      this.skipped = prefix.length();
      this.rest =
          store.stream(range, Projection.ENTRIES, KVQuery.MAX_LIMIT, options).iterator();
      take();
    }

    /** Returns the head, and goes on to the next entry. */
    private @Nullable KVEntry<RawValue> take() {
      KVEntry<RawValue> taken = head;
      head = rest.hasNext() ? rest.next() : null;
      return taken;
    }

    private static int order(Side one, Side other) {
      if (one.head == null || other.head == null) {
        return one.head == null ? 1 : -1;
      }
      return KeyOrder.INSTANCE.compare(
          one.head.key().substring(one.skipped), other.head.key().substring(other.skipped));
    }
  }

  @Override
  public boolean hasNext() {
    return left.head != null || right.head != null;
  }

  @Override
  public Pair next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    int order = Side.order(left, right);
    return new Pair(order <= 0 ? left.take() : null, order >= 0 ? right.take() : null);
  }
}
