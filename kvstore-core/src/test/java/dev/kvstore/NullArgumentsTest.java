package dev.kvstore;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.mongodb.client.MongoClient;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.engine.TypedDatabase;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.sqlite.SqliteSettings;
import dev.kvstore.testing.NullArguments;
import dev.kvstore.transfer.ExportOptions;
import dev.kvstore.transfer.ImportOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NullArgumentsTest {
  private final Map<Class<?>, Object> samples = new LinkedHashMap<>();

  /** Settings to bind. */
  record Bound(@KVDefault("1") int n) {}

  @Test
  void null_isRefused(@TempDir Path folder) {
    Layers cached = Layers.cached(NearCacheSettings.DEFAULT, InstantSource.system());
    SqliteConfig recording = SqliteConfig.DEFAULT.history(HistorySettings.DEFAULT);
    StoreStack stack = StoreStack.over(
        "test", SqliteEntryDatabase.open(folder.resolve("test.db"), recording), cached);
    try (KVDatabase database = new TypedDatabase(stack, BsonCodec.create())) {
      KVStore store = database.store("app");
      samples.put(KVMetadata.class, store.set("k", 1));
      samples.put(KVDatabase.class, database);
      samples.put(KVStore.class, store);
      samples.put(KVItem.class, store.item("k", Integer.class).withDefault(1));
      samples.put(KVCache.class, store.cache().orElseThrow());
      samples.put(KVHistory.class, store.history());
      samples.put(
          KVRevision.class,
          store.history().revisions("k", Integer.class).items().get(0));
      samples.put(KVBinding.class, store.bind("b", Bound.class));
      samples.put(KVEntry.class, store.entry("k", Integer.class));
      samples.put(KVWatcher.class, KVWatcher.of(change -> {}, position -> {}));
      samples.put(Path.class, folder.resolve("other.db"));
      addValues();
      NullArguments.check("dev.kvstore", samples);
    }
  }

  private void addValues() {
    List.of(
            BatchOptions.DEFAULT,
            BindOptions.none(),
            CopyOptions.DEFAULT,
            DeleteOptions.DEFAULT,
            DropOptions.DEFAULT,
            ExportOptions.JSON,
            HistoryQuery.ALL,
            HistorySettings.DEFAULT,
            ImportOptions.JSON,
            KVOperation.SET,
            KVOperation.DELETE,
            RollbackOptions.DEFAULT,
            ChangeReport.Kind.CREATED,
            new KVLabel("label", Instant.EPOCH, Optional.empty(), Optional.empty()),
            new RevisionSource(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
            OptionalInt.empty(),
            new ByteArrayInputStream(new byte[0]),
            new ByteArrayOutputStream(),
            ErrorCode.INTERNAL,
            KVQuery.ALL,
            KVType.of(Integer.class),
            MongoSettings.DEFAULT,
            NearCacheSettings.DEFAULT,
            NearCacheSettings.DEFAULT.toBuilder(),
            NearCacheSettings.PastBound.SERVE_STALE,
            ReadOptions.DEFAULT,
            SqliteSettings.DEFAULT,
            SyncToken.START,
            WatchOptions.DEFAULT,
            WriteOptions.DEFAULT,
            KVEntry.Source.STORE,
            Duration.ofSeconds(5),
            Instant.EPOCH,
            Optional.empty(),
            new ObjectMapper(),
            // A text that is valid as a key, an etag and a store name.
            "abcdef0123456789abcdef01")
        .forEach(value -> samples.put(value.getClass(), value));
    samples.put(WriteCondition.class, WriteCondition.NONE);
    samples.put(RevisionSelector.class, RevisionSelector.version(1));
    samples.put(InputStream.class, new ByteArrayInputStream(new byte[0]));
    samples.put(OutputStream.class, new ByteArrayOutputStream());
    samples.put(Clock.class, Clock.systemUTC());
    samples.put(Class.class, Integer.class);
    samples.put(Type.class, Integer.class);
    samples.put(Object.class, 1);
    samples.put(Comparable.class, 1);
    samples.put(List.class, List.of("k"));
    samples.put(Collection.class, List.of("k"));
    samples.put(Map.class, Map.of("k", 1));
    for (Class<?> function : List.of(
        Consumer.class,
        Predicate.class,
        UnaryOperator.class,
        LongConsumer.class,
        Function.class,
        Validator.class,
        KVBindingListener.class,
        MongoClient.class)) {
      samples.put(
          function,
          Proxy.newProxyInstance(
              getClass().getClassLoader(), new Class<?>[] {function}, (proxy, method, args) -> {
                throw new AssertionError(method);
              }));
    }
  }
}
