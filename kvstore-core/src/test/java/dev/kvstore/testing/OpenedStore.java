package dev.kvstore.testing;

import dev.kvstore.KVStore;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.spi.EntryStore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/**
 * A store for each test, closed afterwards. A subclass opens its database in a {@code @BeforeAll}
 * method, with {@link #clock()}, and closes it in an {@code @AfterAll} method.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class OpenedStore implements StoreFixture {
  private static final AtomicInteger STORES = new AtomicInteger();

  private final TestClock clock = new TestClock();
  private RawStore entries;
  private KVStore store;

  /** Opens a new store with this name. */
  protected abstract EntryStore open(String name);

  @BeforeEach
  final void openStore() {
    entries = RawStore.of(open("contract" + STORES.incrementAndGet()));
    store = TypedKVStore.over(entries, BsonCodec.create());
  }

  @AfterEach
  final void closeStore() {
    store.close();
  }

  @Override
  public final KVStore store() {
    return store;
  }

  @Override
  public final RawStore entries() {
    return entries;
  }

  @Override
  public final TestClock clock() {
    return clock;
  }
}
