package dev.kvstore.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.CacheHealth;
import dev.kvstore.KVCache;
import dev.kvstore.KVEntry;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.cache.CacheFigures;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests responses from a cache that has lost contact with the database. */
class StaleTest {
  private static final Duration LAG = Duration.ofMillis(12_900);

  @TempDir
  private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"/keys/k", "/keys/k?view=entry", "/values?key=k", "/keys?key=k&values=true"})
  void staleAnswer_saysForHowLong(String path) {
    try (TestService service = start(true)) {
      Reply reply = service.get("/v1/stores/app" + path);

      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.header("KV-Stale")).isEqualTo("12");
    }
  }

  @Test
  void notModified_saysSoToo() {
    try (TestService service = start(true)) {
      assertThat(service.get("/v1/stores/app/keys/k", "If-None-Match: *").header("KV-Stale"))
          .isEqualTo("12");
    }
  }

  @Test
  void freshAnswer_doesNotSpeakOfIt() {
    try (TestService service = start(false)) {
      assertThat(service.get("/v1/stores/app/keys/k").header("KV-Stale")).isNull();
    }
  }

  private TestService start(boolean stale) {
    EntryDatabase file = SqliteEntryDatabase.open(folder.resolve("test.db"));
    TestService service = TestService.start(over(file, stale), ServerSettings.DEFAULT);
    service.put("/v1/stores/app/keys/k", "1");
    return service;
  }

  private static EntryDatabase over(EntryDatabase database, boolean stale) {
    return proxy(
        EntryDatabase.class,
        database,
        (name, result) -> result instanceof EntryStore store ? cached(store, stale) : result);
  }

  private static EntryStore cached(EntryStore store, boolean stale) {
    KVCache cache = proxy(KVCache.class, store, (none, nothing) -> health());
    return proxy(EntryStore.class, store, (name, result) -> {
      if (name.equals("capability")) {
        return Optional.of(cache);
      }
      if (result instanceof Optional<?> found) {
        return found.map(entry -> marked((KVEntry<?>) entry, stale));
      }
      return name.equals("find") && result instanceof List<?> found
          ? found.stream().map(entry -> marked((KVEntry<?>) entry, stale)).toList()
          : result;
    });
  }

  private static KVEntry<?> marked(KVEntry<?> entry, boolean stale) {
    return KVEntry.of(entry.value(), entry.metadata(), stale, KVEntry.Source.STORE);
  }

  private static CacheHealth health() {
    return new CacheFigures(false, Instant.EPOCH, LAG, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  private interface Change {
    @Nullable
    Object of(String method, @Nullable Object result);
  }

  private static <T> T proxy(Class<T> type, Object target, Change change) {
    return type.cast(Proxy.newProxyInstance(
        type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
          Object result = method.getDeclaringClass().isInstance(target)
              ? method.invoke(target, arguments)
              : null;
          return change.of(method.getName(), result);
        }));
  }
}
