package dev.kvstore.spi;

import dev.kvstore.CacheHealth;
import dev.kvstore.DropOptions;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.ReadOptions;
import dev.kvstore.UnavailableException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A database with any number of stores. Thread-safe. */
public interface EntryDatabase extends AutoCloseable {
  /**
   * The limit of a count: counting further would be slow, and a list of stores needs no exact
   * figure.
   */
  int MOST_COUNTED = 10_000;

  /**
   * Returns the store with this valid name. Does not reach the database: the first write creates
   * the store. Closing the store does not close the database.
   */
  EntryStore store(String name);

  /**
   * Returns an internal store of the service in this database, hidden from {@link #store} and
   * {@link #storeNames}.
   *
   * @param name a legal store name
   * @throws UnsupportedOperationException if the database is for a single process, with nothing to
   *     share
   */
  default EntryStore internalStore(String name) {
    throw new UnsupportedOperationException("This database has no room for '" + name + "'");
  }

  /** Returns the names of all stores, in order. */
  List<String> storeNames();

  /**
   * Returns how many entries each store has, by name, in order. Counting a store stops at
   * {@value #MOST_COUNTED}.
   */
  default Map<String, Long> entryCounts() {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (String name : storeNames()) {
      int count = store(name).count(KeyRange.ALL, MOST_COUNTED, ReadOptions.DEFAULT);
      counts.put(name, (long) count);
    }
    return counts;
  }

  /**
   * Returns the approximate sizes of stores at a bounded cost, for metrics. Empty if the database
   * would have to read everything.
   *
   * @param most the maximum number of stores, the first ones by name
   */
  default List<StoreSize> sizes(int most) {
    return List.of();
  }

  /**
   * Deletes the store with this valid name and all its entries in one durable step. A later write
   * creates a new one. Watchers get {@link ChangeSink#missed} and are positioned again.
   *
   * @param options what to do with the history; ignored by a database without one
   * @return true if the store existed, or its history was to be removed and existed
   * @throws OutcomeUnknownException if the store may or may not be gone
   * @throws UnavailableException if the database is not available; nothing was deleted
   */
  boolean drop(String name, DropOptions options);

  /** Like {@link #drop(String, DropOptions)}, without options. Do not override. */
  default boolean drop(String name) {
    return drop(name, DropOptions.DEFAULT);
  }

  /**
   * Returns the combined health of all near-caches; empty if there are none. Does not reach the
   * database.
   */
  default Optional<CacheHealth> cacheHealth() {
    return Optional.empty();
  }

  /**
   * Checks that the database is available.
   *
   * @throws UnavailableException if it is not
   */
  void ping();

  /** Closes everything that was opened for this database. Idempotent. */
  @Override
  void close();
}
