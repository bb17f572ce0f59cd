package dev.kvstore.internal.transfer;

import dev.kvstore.internal.support.KeyOrder;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a snapshot. They are not kept in memory as long as they are in order, like those of
 * an export. Not thread-safe.
 */
public final class SnapshotKeys {
  private final @Nullable Set<String> kept;
  private final Consumer<String> whenKept;
  private @Nullable String last;

  private SnapshotKeys(@Nullable Set<String> kept, Consumer<String> whenKept) {
    this.kept = kept;
    this.whenKept = whenKept;
  }

  static SnapshotKeys inOrder() {
    return new SnapshotKeys(null, key -> {});
  }

  /** @param whenKept called for each key that is kept in memory */
  static SnapshotKeys inAnyOrder(Consumer<String> whenKept) {
    return new SnapshotKeys(new HashSet<>(), whenKept);
  }

  /**
   * Adds the key. Returns false if it is a duplicate.
   *
   * @throws OutOfOrder if the keys must be in order and are not
   */
  boolean add(String key) {
    if (kept != null) {
      whenKept.accept(key);
      return kept.add(key);
    }
    int order = last == null ? -1 : KeyOrder.INSTANCE.compare(last, key);
    if (order > 0) {
      throw new OutOfOrder();
    }
    last = key;
    return order < 0;
  }

  /** Returns true if the keys are in order, and not in memory. */
  boolean areInOrder() {
    return kept == null;
  }

  /** Returns true if the key was added. Not for keys that are in order. */
  boolean contains(String key) {
    return kept != null && kept.contains(key);
  }

  /** Thrown to stop reading a snapshot that must be read again with keys in any order. */
  static final class OutOfOrder extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfOrder() {
      super("A key comes after a later one", null, false, false);
    }
  }
}
