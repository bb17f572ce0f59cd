package dev.kvstore.spi;

import dev.kvstore.CacheHealth;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.ReadOptions;
import dev.kvstore.UnavailableException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A database with any number of stores. Thread-safe. */
public interface EntryDatabase extends AutoCloseable {
  /** Counting more would take long, and a list of stores needs no larger figure. */
  int MOST_COUNTED = 10_000;

  /**
   * Returns the store of that legal name. Does not reach the database: a store comes into being
   * with its first write. Closing what is returned does not close the database.
   */
  EntryStore store(String name);

  /**
   * Returns a store of the service's own in this database: none that {@link #store} or
   * {@link #storeNames} leads to, whatever name they are asked for.
   *
   * @param name a legal store name
   * @throws UnsupportedOperationException if only one process can use the database: that one need
   *     not share what it knows
   */
  default EntryStore internalStore(String name) {
    throw new UnsupportedOperationException("This database has no room for '" + name + "'");
  }

  /** Returns the names of the stores that there are, in order. Counts nothing. */
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
   * Returns about how large stores are, at a bounded cost: meant for measurements every minute. A
   * database that cannot tell without reading everything returns an empty list.
   *
   * @param most how many stores to return at most, the first ones by name
   */
  default List<StoreSize> sizes(int most) {
    return List.of();
  }

  /**
   * Deletes the store of that legal name with all its entries, as one step and durably. What is
   * written to it afterwards makes a new one; watchers get {@link ChangeSink#missed} and are
   * positioned again.
   *
   * @return whether there was one
   * @throws OutcomeUnknownException if it is not known whether it is gone
   * @throws UnavailableException if the database does not serve; nothing was deleted
   */
  boolean drop(String name);

  /**
   * Returns the health of the near-caches of all stores together; empty where there are none. Does
   * not reach the database.
   */
  default Optional<CacheHealth> cacheHealth() {
    return Optional.empty();
  }

  /**
   * Checks that the database serves.
   *
   * @throws UnavailableException if it does not
   */
  void ping();

  /** Closes all that was opened with this database. Idempotent. */
  @Override
  void close();
}
