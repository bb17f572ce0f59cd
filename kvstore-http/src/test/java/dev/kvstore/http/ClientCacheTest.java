package dev.kvstore.http;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.KVWatcher;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.NearCacheSettings.PastBound;
import dev.kvstore.UnavailableException;
import dev.kvstore.client.HttpKVStore;
import dev.kvstore.client.HttpSettings;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the Java client's near-cache and watches over a service, as an application uses them. */
class ClientCacheTest {
  private static final NearCacheSettings STALE =
      NearCacheSettings.builder().pastBound(PastBound.SERVE_STALE).build();

  @TempDir
  private Path folder;

  private TestService service;

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(30));
  }

  @BeforeEach
  void start() {
    service = TestService.start(folder);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private URI uri() {
    return URI.create("http://127.0.0.1:" + service.server().port());
  }

  private KVStore open() {
    return open(HttpSettings.DEFAULT);
  }

  private KVStore open(HttpSettings settings) {
    return HttpKVStore.open(uri(), "app", settings);
  }

  private static boolean isCoherent(KVStore store) {
    return store.cache().orElseThrow().health().coherent();
  }

  /** Reads until the value comes from memory. */
  private static void awaitHit(KVStore store, String key, int value) {
    await().untilAsserted(() -> {
      long hits = store.cache().orElseThrow().health().hits();
      assertThat(store.get(key, Integer.class)).isEqualTo(value);
      assertThat(store.cache().orElseThrow().health().hits()).isGreaterThan(hits);
    });
  }

  @Test
  void read_isServedFromMemory_untilSomebodyElseWrites() {
    try (KVStore store = open();
        KVStore other = open()) {
      other.set("k", 1);
      awaitHit(store, "k", 1);
      other.set("k", 2);
      await().until(() -> store.find("k", Integer.class).equals(Optional.of(2)));
      awaitHit(store, "k", 2);
      other.delete("k");
      await().until(() -> !store.has("k"));
    }
  }

  @Test
  void storeWithoutEntries_isCachedToo() {
    try (KVStore store = open();
        KVStore other = open()) {
      await().until(() -> isCoherent(store));
      assertThat(store.find("k", Integer.class)).isEmpty();
      other.set("k", 1);

      await().until(() -> store.find("k", Integer.class).isPresent());
    }
  }

  @Test
  void droppedStore_isEmpty_andItsSuccessorIsRead() {
    try (KVStore store = open()) {
      for (int i = 0; i < 3; i++) {
        store.set("k", i);
      }
      awaitHit(store, "k", 2);
      service.delete("/v1/stores/app?confirm=app");
      await().until(() -> !store.has("k"));
      service.put("/v1/stores/app/keys/k", "7");

      await().until(() -> store.find("k", Integer.class).equals(Optional.of(7)));
      awaitHit(store, "k", 7);
      assertThat(store.entry("k", Integer.class).version()).isEqualTo(1);
    }
  }

  @Test
  void withoutNearCache_thereIsNone() {
    try (KVStore store = open(HttpSettings.DEFAULT.withoutNearCache())) {
      assertThat(store.cache()).isEmpty();
    }
  }

  @Test
  void serviceThatIsGone_failsPastTheBound_andIsFoundAgain() {
    List<String> heard = new CopyOnWriteArrayList<>();
    HttpSettings quick = HttpSettings.DEFAULT.withRequestTimeout(Duration.ofSeconds(2));
    try (KVStore store = open(quick);
        KVStore lenient = open(quick.withNearCache(STALE))) {
      store.watch(
          "k",
          KVWatcher.of(
              change -> heard.add(change.key() + "=v" + change.version()), position -> {}));
      store.set("k", 1);
      awaitHit(store, "k", 1);
      awaitHit(lenient, "k", 1);
      await().until(() -> !heard.isEmpty());
      int port = service.server().port();
      service.close();
      await().until(() -> !isCoherent(store) && !isCoherent(lenient));
      assertThatExceptionOfType(UnavailableException.class)
          .isThrownBy(() -> store.get("k", Integer.class));
      KVEntry<Integer> stale = lenient.entry("k", Integer.class);
      assertThat(stale.stale()).isTrue();
      assertThat(stale.value()).isEqualTo(1);

      service = TestService.start(folder, with(ServerSettings.DEFAULT, "port", port));
      service.put("/v1/stores/app/keys/k", "2");
      await().until(() -> store.find("k", Integer.class).equals(Optional.of(2)));
      awaitHit(store, "k", 2);
      awaitHit(lenient, "k", 2);
      assertThat(lenient.entry("k", Integer.class).stale()).isFalse();
      store.set("k", 3);
      await().until(() -> heard.contains("k=v3"));
    }
  }

  @Test
  void revokedToken_readsNothingFromMemory_andANewOneDoes() {
    service.close();
    TestTokens tokens = new TestTokens();
    service = TestService.start(
        SqliteEntryDatabase.open(folder.resolve("tokens.db")),
        new AccessControl(tokens.authenticator(), null, false));
    List<String> token = new CopyOnWriteArrayList<>();
    token.add(bearer(tokens.add("one", Role.WRITE, Limits.NONE)));
    try (KVStore store = open(HttpSettings.DEFAULT.withToken(() -> token.get(0)))) {
      store.set("k", 1);
      awaitHit(store, "k", 1);
      tokens.add("other", Role.WRITE, Limits.NONE);
      tokens.revoke("one");

      await()
          .untilAsserted(() -> assertThatExceptionOfType(KVException.class)
              .isThrownBy(() -> store.get("k", Integer.class))
              .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHENTICATED)));
      token.set(0, bearer(tokens.add("two", Role.WRITE, Limits.NONE)));
      awaitHit(store, "k", 1);
    }
  }

  private static String bearer(String header) {
    return header.substring("Authorization: Bearer ".length());
  }
}
