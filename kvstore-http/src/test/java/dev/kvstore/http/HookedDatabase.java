package dev.kvstore.http;

import dev.kvstore.CacheHealth;
import dev.kvstore.DropOptions;
import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.CachedEntry;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A database that calls a hook, which may throw or block, before each call of its methods and
 * stores.
 */
public final class HookedDatabase implements EntryDatabase {
  private final EntryDatabase database;
  private final List<ReadOptions> demands = new CopyOnWriteArrayList<>();
  private volatile Consumer<String> hook = method -> {};
  private volatile Supplier<Optional<CacheHealth>> health = Optional::empty;
  private volatile @Nullable SyncToken token;

  public HookedDatabase(EntryDatabase database) {
    this.database = database;
  }

  /** Returns the database without the hook. */
  public EntryDatabase unhooked() {
    return database;
  }

  /** Sets the hook, which receives the name of the called method or the kind of the mutation. */
  public void before(Consumer<String> newHook) {
    hook = newHook;
  }

  /** Sets the health of its caches, which a service requests at startup. */
  public void health(Supplier<Optional<CacheHealth>> newHealth) {
    health = newHealth;
  }

  /** Makes each call throw the exception. */
  public void fail(RuntimeException failure) {
    before(method -> {
      throw failure;
    });
  }

  /** Sets the position that the stores report. */
  public void position(long position) {
    token = new SyncToken(position);
  }

  /** Returns the options of the reads so far. */
  public List<ReadOptions> demands() {
    return demands;
  }

  @Override
  public EntryStore store(String name) {
    return new HookedStore(database.store(name));
  }

  /** Calls the hook with the name of the method, or with the kind of a mutation. */
  private final class HookedStore extends ForwardingEntryStore {
    HookedStore(EntryStore store) {
      super(store);
    }

    private void read(String method, ReadOptions options) {
      hook.accept(method);
      demands.add(options);
    }

    @Override
    public @Nullable CachedEntry peek(String key, ReadOptions options) {
      read("peek", options);
      return super.peek(key, options);
    }

    @Override
    public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
      read("find", options);
      return super.find(keys, options);
    }

    @Override
    public <T> KVPage<T> scan(
        KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
      read("scan", options);
      return super.scan(range, projection, limit, options);
    }

    @Override
    public int count(KeyRange range, int most, ReadOptions options) {
      read("count", options);
      return super.count(range, most, options);
    }

    @Override
    public <R> R apply(Mutation<R> mutation) {
      hook.accept(mutation.getClass().getSimpleName());
      return super.apply(mutation);
    }

    @Override
    public FeedSubscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
      hook.accept("subscribe");
      return super.subscribe(sink, from);
    }

    @Override
    public SyncToken syncToken() {
      return token == null ? super.syncToken() : token;
    }
  }

  @Override
  public List<String> storeNames() {
    hook.accept("storeNames");
    return database.storeNames();
  }

  @Override
  public boolean drop(String name, DropOptions options) {
    hook.accept("drop");
    return database.drop(name, options);
  }

  @Override
  public Optional<CacheHealth> cacheHealth() {
    return health.get();
  }

  @Override
  public void ping() {
    hook.accept("ping");
    database.ping();
  }

  @Override
  public void close() {
    database.close();
  }
}
