package dev.kvstore.client.internal.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToIntFunction;

/** Splits items into groups for several requests. */
final class Groups {
  private Groups() {}

  /**
   * Returns the items in order, in groups of limited total weight and number of items; a heavier
   * item is a group of its own.
   */
  static <T> List<List<T>> of(
      Collection<T> items, ToIntFunction<T> weight, int maxWeight, int maxItems) {
    List<List<T>> groups = new ArrayList<>();
    List<T> group = new ArrayList<>();
    long groupWeight = 0;
    for (T item : items) {
      int itemWeight = weight.applyAsInt(item);
      if (!group.isEmpty() && (groupWeight + itemWeight > maxWeight || group.size() == maxItems)) {
        groups.add(group);
        group = new ArrayList<>();
        groupWeight = 0;
      }
      group.add(item);
      groupWeight += itemWeight;
    }
    if (!group.isEmpty()) {
      groups.add(group);
    }
    return groups;
  }
}
