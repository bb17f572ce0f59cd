package dev.kvstore.http;

import dev.kvstore.CacheHealth;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Calls a hook, which may throw or wait, before each call of a database and its stores. */
final class HookedDatabase implements EntryDatabase {
  private final EntryDatabase database;
  private final List<ReadOptions> demands = new CopyOnWriteArrayList<>();
  private volatile Consumer<String> hook = method -> {};
  private volatile Supplier<Optional<CacheHealth>> health = Optional::empty;
  private volatile @Nullable SyncToken token;

  HookedDatabase(EntryDatabase database) {
    this.database = database;
  }

  /** Returns the database without the hook. */
  EntryDatabase unhooked() {
    return database;
  }

  /** Takes the name of the method that is called. */
  void before(Consumer<String> newHook) {
    hook = newHook;
  }

  /** Takes what tells the health of its caches, for which a service asks as it starts. */
  void health(Supplier<Optional<CacheHealth>> newHealth) {
    health = newHealth;
  }

  /** Throws the exception before each call. */
  void fail(RuntimeException failure) {
    before(method -> {
      throw failure;
    });
  }

  /** Lets the stores tell this as their position. */
  void position(long position) {
    token = new SyncToken(position);
  }

  /** Returns the options of the reads so far. */
  List<ReadOptions> demands() {
    return demands;
  }

  @Override
  public EntryStore store(String name) {
    EntryStore store = database.store(name);
    return (EntryStore) Proxy.newProxyInstance(
        EntryStore.class.getClassLoader(),
        new Class<?>[] {EntryStore.class},
        (proxy, method, arguments) -> call(store, method, arguments));
  }

  private @Nullable Object call(EntryStore store, Method method, @Nullable Object[] arguments)
      throws Throwable {
    if (method.getName().equals("syncToken")) {
      return token == null ? store.syncToken() : token;
    }
    hook.accept(method.getName());
    for (Object argument : arguments == null ? new Object[0] : arguments) {
      if (argument instanceof ReadOptions options) {
        demands.add(options);
      }
    }
    try {
      return method.invoke(store, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Override
  public List<String> storeNames() {
    hook.accept("storeNames");
    return database.storeNames();
  }

  @Override
  public boolean drop(String name) {
    hook.accept("drop");
    return database.drop(name);
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
