package dev.kvstore.internal.cache;

import dev.kvstore.CacheHealth;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.StoreSize;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * A database whose stores are read through near-caches, for one that brings none itself. All who
 * ask for a store share its cache. Thread-safe; has one daemon thread while there is a cache.
 */
public final class CachedDatabase implements EntryDatabase {
  private final EntryDatabase database;
  private final NearCaches caches;

  private CachedDatabase(EntryDatabase database, NearCaches caches) {
    this.database = database;
    this.caches = caches;
  }

  /**
   * Returns the database behind near-caches.
   *
   * @param name tells its thread from others
   * @param database is closed with what is returned
   * @param timeOfDay tells when entries expire, as it does the database
   */
  public static CachedDatabase over(
      String name, EntryDatabase database, NearCacheSettings settings, InstantSource timeOfDay) {
    return new CachedDatabase(database, new NearCaches(name, settings, database::store, timeOfDay));
  }

  @Override
  public EntryStore store(String name) {
    return caches.store(name);
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
    try {
      return database.drop(name);
    } finally {
      caches.forget(name);
    }
  }

  @Override
  public Optional<CacheHealth> cacheHealth() {
    return Optional.of(caches.health());
  }

  @Override
  public void ping() {
    database.ping();
  }

  @Override
  public void close() {
    Closing.all(caches::close, database::close);
  }
}
