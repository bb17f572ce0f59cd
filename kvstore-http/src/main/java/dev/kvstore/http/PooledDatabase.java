package dev.kvstore.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kvstore.CacheHealth;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.StoreSize;
import java.util.List;
import java.util.Optional;

/**
 * A database that opens a store once for all requests that name it: none of them closes it. As
 * anybody may ask for any name, only those that were used last are kept. Thread-safe.
 */
final class PooledDatabase implements EntryDatabase {
  static final int MOST_STORES = 1000;

  private final EntryDatabase database;
  private final Cache<String, EntryStore> stores =
      Caffeine.newBuilder().maximumSize(MOST_STORES).build();

  /** @param database is not closed with this */
  PooledDatabase(EntryDatabase database) {
    this.database = database;
  }

  @Override
  public EntryStore store(String name) {
    EntryStore open = stores.getIfPresent(name);
    return open == null ? stores.get(name, database::store) : open;
  }

  /** Returns how many stores are kept. */
  long size() {
    stores.cleanUp();
    return stores.estimatedSize();
  }

  @Override
  public EntryStore internalStore(String name) {
    return database.internalStore(name);
  }

  @Override
  public List<String> storeNames() {
    return database.storeNames();
  }

  @Override
  public List<StoreSize> sizes(int most) {
    return database.sizes(most);
  }

  @Override
  public boolean drop(String name) {
    return database.drop(name);
  }

  @Override
  public Optional<CacheHealth> cacheHealth() {
    return database.cacheHealth();
  }

  @Override
  public void ping() {
    database.ping();
  }

  /** Forgets the stores, which are the database's to close. */
  @Override
  public void close() {
    stores.invalidateAll();
  }
}
