package dev.kvstore.internal.binding;

import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The values that were read, by keys in any spelling, with the set of unread keys. Not thread-safe.
 */
final class StoredKeys {
  private final Map<String, RawValue> values;
  private final String separator;
  private final Set<String> declared;
  private final NavigableMap<String, List<Stored>> byUniform = new TreeMap<>();
  private final Set<String> unread;

  record Stored(String key, RawValue value) {}

  /** A value below the key of a container, with its place in it: {@code [0]} or a name. */
  record Below(String place, Stored stored) {}

  /**
   * @param declared the keys of all settings, which are never taken for another spelling of a
   *     different key
   */
  StoredKeys(Map<String, RawValue> values, String separator, Set<String> declared) {
    this.values = values;
    this.separator = separator;
    this.declared = declared;
    this.unread = new TreeSet<>(values.keySet());
    new TreeMap<>(values)
        .forEach((key, value) -> byUniform
            .computeIfAbsent(uniform(key), any -> new ArrayList<>())
            .add(new Stored(key, value)));
  }

  /** Returns true for spellings of the same words: {@code maxRetries}, {@code max-retries}. */
  static boolean areSame(String name, String other) {
    return uniform(name).equals(uniform(other));
  }

  private static String uniform(String key) {
    return key.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
  }

  /** Returns the keys that were not taken, and the places inside other values without a setting. */
  List<String> unread() {
    return List.copyOf(unread);
  }

  Map<String, RawValue> values() {
    return values;
  }

  /** Takes the value with exactly this key; null if there is none. */
  @Nullable
  Stored takeExact(String key) {
    RawValue value = values.get(key);
    return value == null ? null : taken(new Stored(key, value));
  }

  /** Takes the value with this key or another spelling of it; null if there is none. */
  @Nullable
  Stored take(String key) {
    Stored found = find(key);
    return found == null ? null : taken(found);
  }

  private Stored taken(Stored stored) {
    unread.remove(stored.key());
    return stored;
  }

  /**
   * Marks a place without a setting as unread: the keys there, or else the place inside a value.
   */
  void addUnread(String place) {
    String uniform = uniform(place);
    List<Stored> there = new ArrayList<>(byUniform.getOrDefault(uniform, List.of()));
    there.addAll(startingWith(uniform + separator));
    there.addAll(startingWith(uniform + "["));
    there.forEach(stored -> unread.add(stored.key()));
    if (there.isEmpty()) {
      unread.add(place);
    }
  }

  private List<Stored> startingWith(String start) {
    return byUniform.subMap(start, true, start + Character.MAX_VALUE, false).values().stream()
        .flatMap(List::stream)
        .toList();
  }

  @Nullable
  Stored find(String key) {
    RawValue exact = values.get(key);
    if (exact != null) {
      return new Stored(key, exact);
    }
    return byUniform.getOrDefault(uniform(key), List.of()).stream()
        .filter(other -> !declared.contains(other.key()))
        .findFirst()
        .orElse(null);
  }

  void takeAll(List<Below> below) {
    below.forEach(value -> taken(value.stored()));
  }

  /** Returns the values below the key of a container. */
  List<Below> below(String key, Member.Container container) {
    if (container == Member.Container.NONE) {
      return List.of();
    }
    String start = uniform(key) + (container == Member.Container.LIST ? "[" : separator);
    return startingWith(start).stream()
        .filter(stored -> !declared.contains(stored.key()))
        .map(stored -> new Below(placeOf(stored.key(), key, container), stored))
        .toList();
  }

  /**
   * Returns the place of a stored key in a container. Spellings differ in length but not in the
   * number of names.
   */
  private String placeOf(String stored, String key, Member.Container container) {
    int end = 0;
    for (int at = key.indexOf(separator); at >= 0; at = key.indexOf(separator, at + 1)) {
      end = stored.indexOf(separator, end) + 1;
    }
    return container == Member.Container.LIST
        ? stored.substring(stored.indexOf('[', end))
        : stored.substring(stored.indexOf(separator, end) + 1);
  }
}
