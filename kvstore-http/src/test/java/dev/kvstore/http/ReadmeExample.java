package dev.kvstore.http;

import dev.kvstore.KVBinding;
import dev.kvstore.KVDefault;
import dev.kvstore.KVEntry;
import dev.kvstore.KVItem;
import dev.kvstore.KVStore;
import dev.kvstore.KVWatcher;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.Validators;
import dev.kvstore.WriteOptions;
import dev.kvstore.client.HttpKVStore;
import dev.kvstore.mongo.MongoKVStore;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.sqlite.SqliteKVStore;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Java of the README, compiled and run so that it cannot rot; a test compares the two texts.
 */
@SuppressWarnings({"unused", "NullAway"}) // for readers who have no such checks
final class ReadmeExample {
  private ReadmeExample() {}

  static KVStore onMongo() {
    // README open
    KVStore settings = MongoKVStore.open("mongodb://localhost/app?replicaSet=rs0", "settings");
    // README end
    return settings;
  }

  static MongoSettings withCache() {
    // README cache
    MongoSettings settings = MongoSettings.DEFAULT
        .withNearCache(NearCacheSettings.builder().maximumBytes(16 << 20).build())
        .withHeartbeat(Duration.ofSeconds(3));
    // README end
    return settings;
  }

  static KVStore onFile() {
    // README open-file
    KVStore local = SqliteKVStore.open(Path.of("settings.db"), "settings");
    // README end
    return local;
  }

  static KVStore overHttp() {
    // README open-http
    KVStore remote = HttpKVStore.open(URI.create("http://127.0.0.1:7070"), "settings");
    // README end
    return remote;
  }

  static void use(KVStore settings) {
    // README use
    settings.set("ui.theme", "dark");
    String theme = settings.get("ui.theme", String.class); // KeyNotFoundException if absent
    Optional<String> maybe = settings.find("ui.theme", String.class);
    int retries = settings.getOrDefault("http.retries", 3); // not stored
    String kept = settings.setDefault("ui.theme", "light"); // "dark": atomic, one winner
    settings.setMany(Map.of("a", 1, "b", List.of(2, 3)));

    KVEntry<String> entry = settings.entry("ui.theme", String.class); // value, version, etag, times
    settings.set("ui.theme", "blue", WriteOptions.ifMatch(entry.etag()).ttl(Duration.ofHours(1)));

    KVItem<Integer> limit = settings
        .item("http.limit", Integer.class)
        .withDefault(3)
        .validatedBy(Validators.range(0, 10));
    limit.get(); // 3, the default
    limit.set(5); // ValidationFailedException if it were 11
    limit.update(n -> n + 1); // compare-and-set, again until it holds
    settings.increment("http.requests");

    settings.watchAll("ui.", KVWatcher.of(change -> redraw(change.key()), position -> redraw("")));
    // README end
  }

  // README settings-type
  record HttpSettings(
      int port,
      @KVDefault("3") int maxRetries,
      @KVDefault("5s") Duration timeout,
      Tls tls) {
    record Tls(Path certificate, Optional<Path> key) {}
  }
  // README end

  static KVBinding<HttpSettings> bind(KVStore settings) {
    // README bind
    KVBinding<HttpSettings> http = settings.bind("http", HttpSettings.class);
    int port = http.current().port(); // the key http.port
    Path certificate = http.current().tls().certificate(); // http.tls.certificate
    http.onChange((previous, current) -> listenOn(current.port()));
    // README end
    return http;
  }

  private static void listenOn(int port) {}

  private static void redraw(String prefix) {}
}
