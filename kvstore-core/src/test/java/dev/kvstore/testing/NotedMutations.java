package dev.kvstore.testing;

import dev.kvstore.DropOptions;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.Mutation;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A database that records every write of its stores. Closing it does not close the underlying
 * database.
 */
public final class NotedMutations implements EntryDatabase {
  private final EntryDatabase database;
  private final List<String> kinds = new CopyOnWriteArrayList<>();

  public NotedMutations(EntryDatabase database) {
    this.database = database;
  }

  /** Returns the kinds of the writes since the last call, in order. */
  public List<String> take() {
    List<String> taken = List.copyOf(kinds);
    kinds.clear();
    return taken;
  }

  @Override
  public EntryStore store(String name) {
    return new ForwardingEntryStore(database.store(name)) {
      @Override
      public <R> R apply(Mutation<R> mutation) {
        kinds.add(mutation.getClass().getSimpleName());
        return super.apply(mutation);
      }
    };
  }

  @Override
  public List<String> storeNames() {
    return database.storeNames();
  }

  @Override
  public boolean drop(String name, DropOptions options) {
    return database.drop(name, options);
  }

  @Override
  public void ping() {
    database.ping();
  }

  @Override
  public void close() {}
}
