package dev.kvstore.http;

import dev.kvstore.http.auth.TokenCollection;
import dev.kvstore.http.auth.TokenFile;
import dev.kvstore.http.auth.TokenStorage;
import dev.kvstore.mongo.MongoEntryDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.sqlite.SqliteEntryDatabase;
import dev.kvstore.sqlite.SqliteSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the service keeps its data, and where its tokens.
 *
 * @param kind {@code sqlite} or {@code mongodb}
 * @param place what to tell people of it; no secret
 * @param tokensFile the file with the tokens; null where they are in the database
 */
record Backend(
    String kind, String place, @Nullable Path tokensFile, Supplier<EntryDatabase> opener) {
  static final String FILE = "kvstore.db";

  /** Beside the database, which only one process can use: commands may come while it is served. */
  static final String TOKENS_FILE = "tokens.yaml";

  static Backend sqlite(Path folder, Duration timeout) {
    Path file = folder.resolve(FILE).toAbsolutePath().normalize();
    return new Backend(
        "sqlite",
        file.toString(),
        file.resolveSibling(TOKENS_FILE),
        () -> SqliteEntryDatabase.open(file, SqliteSettings.DEFAULT.timeout(timeout)));
  }

  static Backend mongodb(String uri, @Nullable String database, Duration timeout) {
    MongoSettings settings = MongoSettings.DEFAULT.withTimeout(timeout);
    MongoSettings named = database == null ? settings : settings.withDatabase(database);
    return new Backend("mongodb", "MongoDB", null, () -> MongoEntryDatabase.open(uri, named));
  }

  /** Has the tokens in that file, and not where they are by default. */
  Backend withTokensFile(Path newTokensFile) {
    return new Backend(kind, place, newTokensFile, opener);
  }

  /** @param database is asked for if the tokens are in it */
  TokenStorage tokens(Supplier<EntryDatabase> database) {
    Clock clock = Clock.systemUTC();
    return tokensFile == null
        ? new TokenCollection(database.get().internalStore("tokens"), clock)
        : new TokenFile(tokensFile, clock);
  }

  EntryDatabase open() {
    return opener.get();
  }
}
