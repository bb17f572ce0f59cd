package dev.kvstore.internal.transfer;

import dev.kvstore.internal.support.KeyOrder;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a snapshot. As long as they come in the order of keys, as those of an export do, they
 * are not kept. Not thread-safe.
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
   * Adds the key, and returns false if it was there before.
   *
   * @throws OutOfOrder if the keys have to be in order, and are not
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

  /** Returns whether the key is there, unless the keys are in order. */
  boolean contains(String key) {
    return kept != null && kept.contains(key);
  }

  /** Ends the reading of a snapshot that has to be read in another way. */
  static final class OutOfOrder extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfOrder() {
      super("A key comes after a later one", null, false, false);
    }
  }
}
