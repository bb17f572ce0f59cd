package dev.kvstore.http;

import com.mongodb.MongoClientSettings;
import dev.kvstore.mongo.MongoEntryDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.sqlite.SqliteEntryDatabase;
import dev.kvstore.sqlite.SqliteSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the service keeps its data.
 *
 * @param kind {@code sqlite} or {@code mongodb}
 * @param place what to tell people of it; no secret
 */
record Backend(String kind, String place, Supplier<EntryDatabase> opener) {
  static final String FILE = "kvstore.db";

  static Backend sqlite(Path folder, Duration timeout) {
    Path file = folder.resolve(FILE).toAbsolutePath().normalize();
    return new Backend(
        "sqlite",
        file.toString(),
        () -> SqliteEntryDatabase.open(file, SqliteSettings.DEFAULT.timeout(timeout)));
  }

  static Backend mongodb(
      String uri,
      @Nullable String database,
      Duration timeout,
      Consumer<MongoClientSettings.Builder> customizer) {
    MongoSettings settings =
        MongoSettings.DEFAULT.withTimeout(timeout).withClientCustomizer(customizer);
    MongoSettings named = database == null ? settings : settings.withDatabase(database);
    return new Backend("mongodb", "MongoDB", () -> MongoEntryDatabase.open(uri, named));
  }

  EntryDatabase open() {
    return opener.get();
  }
}
