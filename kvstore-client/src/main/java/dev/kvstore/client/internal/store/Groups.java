package dev.kvstore.client.internal.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToIntFunction;

/** Splits what does not go into one request. */
final class Groups {
  private Groups() {}

  /**
   * Returns the items in their order, in groups that weigh no more than that together and have no
   * more than so many items; one that weighs more is a group of its own.
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
