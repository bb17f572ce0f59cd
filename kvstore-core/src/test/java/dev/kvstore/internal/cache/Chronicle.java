package dev.kvstore.internal.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Records when each version of a key was acknowledged, and the start of the last read that returned
 * it, by {@link System#nanoTime}, a clock shared by all processes of a machine.
 */
final class Chronicle {
  private static final String ACKNOWLEDGED = "acknowledged";
  private static final String READ = "read";

  private final Map<String, NavigableMap<Long, Long>> acknowledged = new ConcurrentHashMap<>();
  private final Map<String, NavigableMap<Long, Long>> read = new ConcurrentHashMap<>();

  void acknowledged(String key, long version, long nanos) {
    versions(acknowledged, key).merge(version, nanos, Math::min);
  }

  void read(String key, long version, long begun) {
    versions(read, key).merge(version, begun, Math::max);
  }

  private static NavigableMap<Long, Long> versions(
      Map<String, NavigableMap<Long, Long>> of, String key) {
    return of.computeIfAbsent(key, none -> new ConcurrentSkipListMap<>());
  }

  /** Returns the number of acknowledged versions. */
  int acknowledgements() {
    return acknowledged.values().stream().mapToInt(Map::size).sum();
  }

  /**
   * Returns the maximum staleness of a read: how long before it a newer version was acknowledged.
   */
  Duration oldestRead() {
    long oldest = 0;
    for (Map.Entry<String, NavigableMap<Long, Long>> ofKey : read.entrySet()) {
      NavigableMap<Long, Long> versions = versions(acknowledged, ofKey.getKey());
      for (Map.Entry<Long, Long> last : ofKey.getValue().entrySet()) {
        long newer = versions.tailMap(last.getKey(), false).values().stream()
            .mapToLong(nanos -> nanos)
            .min()
            .orElse(Long.MAX_VALUE);
        oldest = Math.max(oldest, newer == Long.MAX_VALUE ? 0 : last.getValue() - newer);
      }
    }
    return Duration.ofNanos(oldest);
  }

  /** Returns this chronicle as lines for {@link #add}. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    addLines(lines, ACKNOWLEDGED, acknowledged);
    addLines(lines, READ, read);
    return lines;
  }

  private static void addLines(
      List<String> lines, String what, Map<String, NavigableMap<Long, Long>> of) {
    of.forEach((key, versions) -> versions.forEach((version, nanos) ->
        lines.add(String.join(" ", what, key, Long.toString(version), Long.toString(nanos)))));
  }

  /** Adds a line of the chronicle of another process. Returns false if it is not such a line. */
  boolean add(String line) {
    List<String> words = List.of(line.split(" ", -1));
    if (words.get(0).equals(ACKNOWLEDGED)) {
      acknowledged(words.get(1), Long.parseLong(words.get(2)), Long.parseLong(words.get(3)));
    } else if (words.get(0).equals(READ)) {
      read(words.get(1), Long.parseLong(words.get(2)), Long.parseLong(words.get(3)));
    } else {
      return false;
    }
    return true;
  }

  void addAll(Chronicle other) {
    other.lines().forEach(this::add);
  }
}
