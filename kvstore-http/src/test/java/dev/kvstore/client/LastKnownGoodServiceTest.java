package dev.kvstore.client;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KVBinding;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVEntry;
import dev.kvstore.KVStore;
import dev.kvstore.UnavailableException;
import dev.kvstore.client.internal.lastknowngood.LastKnownGoodFile;
import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests a client with a last-known-good file and a service that is stopped and started. */
class LastKnownGoodServiceTest {
  /** Longer than any machine needs. */
  private static final Duration SOON = Duration.ofSeconds(30);

  record Http(int port, int retries) {}

  @TempDir
  private Path folder;

  private SqliteEntryDatabase database;
  private @Nullable KVServer service;
  private int port;

  @BeforeEach
  void open() {
    database = SqliteEntryDatabase.open(folder.resolve("service.db"));
    start();
    port = Objects.requireNonNull(service).port();
  }

  @AfterEach
  void close() {
    stop();
    database.close();
  }

  private void start() {
    service = KVServer.start(with(ServerSettings.DEFAULT, "port", port), database);
  }

  private void stop() {
    if (service != null) {
      service.close();
      service = null;
    }
  }

  private Path file() {
    return folder.resolve("settings.known");
  }

  private KVStore client(boolean cached) {
    HttpSettings settings = HttpSettings.DEFAULT.withLastKnownGood(file());
    return HttpKVStore.open(
        URI.create("http://127.0.0.1:" + port),
        "settings",
        cached ? settings : settings.withoutNearCache());
  }

  private void awaitSaved(int entries) {
    awaitSaved(file(), entries);
  }

  private static void awaitSaved(Path file, int entries) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(new LastKnownGoodFile(file).read(any -> true))
            .hasValueSatisfying(snapshot -> assertThat(snapshot.entries()).hasSize(entries)));
  }

  private static void awaitFile(KVStore client, String key, int value) {
    await().atMost(SOON).untilAsserted(() -> {
      KVEntry<Integer> entry = client.entry(key, Integer.class);
      assertThat(entry.source()).isEqualTo(KVEntry.Source.FILE);
      assertThat(entry.stale()).isTrue();
      assertThat(entry.value()).isEqualTo(value);
    });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void serviceGone_readsGoOnMarked_writesFail_andAllIsWellWhenItIsBack(boolean cached) {
    try (KVStore client = client(cached)) {
      client.setMany(Map.of("http.port", 1, "http.retries", 2));
      awaitSaved(2);
      stop();
      awaitFile(client, "http.port", 1);
      assertThat(client.getAll("http.", Integer.class))
          .isEqualTo(Map.of("http.port", 1, "http.retries", 2));
      assertThatThrownBy(() -> client.set("http.port", 3)).isInstanceOf(UnavailableException.class);
      start();
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThat(client.entry("http.port", Integer.class).stale()).isFalse());
      client.set("http.port", 4);
      assertThat(client.get("http.port", Integer.class)).isEqualTo(4);
    }
  }

  @Test
  void startedWhileTheServiceIsGone_hasItsSettings_andFollowsThemLater() {
    try (KVStore client = client(true)) {
      client.setMany(Map.of("http.port", 1, "http.retries", 2));
      awaitSaved(2);
    }
    stop();
    try (KVStore client = client(true);
        KVBinding<Http> http = client.bind("http", Http.class)) {
      assertThat(http.current()).isEqualTo(new Http(1, 2));
      assertThat(client.getOrDefault("http.absent", 7)).isEqualTo(7);
      awaitFile(client, "http.retries", 2);
      start();
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThat(client.entry("http.port", Integer.class).stale()).isFalse());
      client.set("http.port", 5);
      await()
          .atMost(SOON)
          .untilAsserted(() -> assertThat(http.current()).isEqualTo(new Http(5, 2)));
    }
  }

  @Test
  void database_hasAFileForEachStore() {
    HttpSettings settings = HttpSettings.DEFAULT.withLastKnownGood(file());
    URI uri = URI.create("http://127.0.0.1:" + port);
    try (KVDatabase client = HttpKVDatabase.open(uri, settings)) {
      client.store("a").set("k", 1);
      client.store("b").set("k", 2);
      awaitSaved(folder.resolve("settings.known.a"), 1);
      awaitSaved(folder.resolve("settings.known.b"), 1);
    }
    stop();
    try (KVDatabase client = HttpKVDatabase.open(uri, settings)) {
      awaitFile(client.store("a"), "k", 1);
      awaitFile(client.store("b"), "k", 2);
    }
    assertThat(file()).doesNotExist();
  }

  @Test
  void damagedFile_isNoObstacle() throws Exception {
    Files.write(file(), new byte[1000]);
    try (KVStore client = client(true)) {
      client.set("k", 1);
      awaitSaved(1);
    }
  }
}
