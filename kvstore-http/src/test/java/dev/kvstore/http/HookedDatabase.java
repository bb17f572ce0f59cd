package dev.kvstore.http;

import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.StoreSummary;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;

/** Calls a hook, which may throw or wait, before each call of a database and its stores. */
final class HookedDatabase implements EntryDatabase {
  private final EntryDatabase database;
  private volatile Consumer<String> hook = method -> {};

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

  /** Throws the exception before each call. */
  void fail(RuntimeException failure) {
    before(method -> {
      throw failure;
    });
  }

  @Override
  public EntryStore store(String name) {
    EntryStore store = database.store(name);
    return (EntryStore) Proxy.newProxyInstance(
        EntryStore.class.getClassLoader(),
        new Class<?>[] {EntryStore.class},
        (proxy, method, arguments) -> {
          hook.accept(method.getName());
          try {
            return method.invoke(store, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  @Override
  public List<StoreSummary> stores() {
    hook.accept("stores");
    return database.stores();
  }

  @Override
  public boolean drop(String name) {
    hook.accept("drop");
    return database.drop(name);
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
