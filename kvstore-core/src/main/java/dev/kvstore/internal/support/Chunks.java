package dev.kvstore.internal.support;

import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/** Splits collections into chunks of limited size. */
public final class Chunks {
  private Chunks() {}

  /** Returns all elements in order, in lists of this size; the last one may be shorter. */
  public static <T> List<List<T>> of(Collection<T> things, int size) {
    List<T> all = List.copyOf(things);
    int count = all.size() / size + (all.size() % size == 0 ? 0 : 1);
    return IntStream.range(0, count)
        .mapToObj(i -> all.subList(i * size, i * size + Math.min(size, all.size() - i * size)))
        .toList();
  }
}
