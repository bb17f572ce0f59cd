package dev.kvstore.internal.engine;

import dev.kvstore.CacheHealth;
import dev.kvstore.DropOptions;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVException;
import dev.kvstore.KVHealth;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.typed.TypedKVStore;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The implementation of {@link KVDatabase}. */
public final class TypedDatabase implements KVDatabase {
  private final StoreStack stack;
  private final BsonCodec codec;

  /** @param stack closed with this database */
  public TypedDatabase(StoreStack stack, BsonCodec codec) {
    this.stack = stack;
    this.codec = codec;
  }

  /** Returns the store of a database that is used for this store only, and is closed with it. */
  public KVStore only(String name) {
    try {
      return TypedKVStore.over(handle(name), codec, this::close);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  @Override
  public KVStore store(String name) {
    return TypedKVStore.over(handle(name), codec);
  }

  private StoreHandle handle(String name) {
    return new StoreHandle(stack.store(Names.checkStore(name)));
  }

  @Override
  public List<String> stores() {
    return stack.storeNames();
  }

  @Override
  public Map<String, Long> entryCounts() {
    return stack.entryCounts();
  }

  @Override
  public boolean drop(String name, DropOptions options) {
    return stack.drop(Names.checkStore(name), Objects.requireNonNull(options, "options"));
  }

  @Override
  public KVHealth health() {
    Optional<String> problem;
    try {
      stack.ping();
      problem = Optional.empty();
    } catch (KVException e) {
      problem = Optional.of(String.valueOf(e.getMessage()));
    }
    return new Health(problem, stack.cacheHealth());
  }

  private record Health(Optional<String> problem, Optional<CacheHealth> cache)
      implements KVHealth {}

  @Override
  public void close() {
    stack.close();
  }
}
