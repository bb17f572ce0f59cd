package dev.kvstore.http.command;

import dev.kvstore.HistorySettings;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.UnavailableException;
import dev.kvstore.http.auth.TokenCollection;
import dev.kvstore.http.auth.TokenFile;
import dev.kvstore.http.auth.TokenStorage;
import dev.kvstore.http.metrics.mongo.MongoMeters;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.files.FileTrust;
import dev.kvstore.internal.mongo.MongoEntryDatabase;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The location of the service's data and tokens.
 *
 * @param kind {@code sqlite} or {@code mongodb}
 * @param place the location for messages, without secrets
 * @param tokensFile the file with the tokens; null if they are in the database
 */
public record Backend(
    String kind, String place, @Nullable Path tokensFile, Supplier<EntryDatabase> opener) {
  /**
   * The near-cache of a node, with an exact bound even after the process was suspended: a request
   * can afford that.
   */
  private static final NearCacheSettings CACHE =
      NearCacheSettings.builder().exactBound(true).build();

  static final String FILE = "kvstore.db";

  /**
   * The tokens file beside a SQLite database. Commands must be able to change tokens while the
   * service has the database open, which only one process can use.
   */
  static final String TOKENS_FILE = "tokens.yaml";

  /** @param measure called with the database once it is open */
  static Backend sqlite(
      Path folder,
      Duration timeout,
      Consumer<SqliteEntryDatabase> measure,
      HistorySettings history) {
    Path file = folder.resolve(FILE).toAbsolutePath().normalize();
    return new Backend("sqlite", file.toString(), file.resolveSibling(TOKENS_FILE), () -> {
      requireTrusted(file);
      SqliteEntryDatabase database =
          SqliteEntryDatabase.open(file, SqliteConfig.DEFAULT.timeout(timeout).history(history));
      try {
        measure.accept(database);
        return cached("sqlite", database);
      } catch (RuntimeException | Error e) {
        database.close();
        throw e;
      }
    });
  }

  /** Checks the folder more strictly than the library, because tokens are in the same folder. */
  private static void requireTrusted(Path file) {
    try {
      FileTrust.ofProcess().require("The database file", file);
    } catch (IOException e) {
      throw new UnavailableException("The database file " + file + " cannot be looked at: " + e, e);
    }
  }

  static Backend mongodb(
      String uri,
      @Nullable String database,
      Duration timeout,
      @Nullable MongoMeters measure,
      HistorySettings history) {
    MongoSettings unmeasured =
        MongoSettings.DEFAULT.withTimeout(timeout).withNearCache(CACHE).withHistory(history);
    MongoSettings settings =
        measure == null ? unmeasured : unmeasured.withClientCustomizer(measure);
    MongoSettings named = database == null ? settings : settings.withDatabase(database);
    return new Backend(
        "mongodb", "MongoDB", null, () -> cached("mongodb", MongoEntryDatabase.open(uri, named)));
  }

  /**
   * Returns the database with a near-cache, which keeps entries in the form in which they are sent.
   */
  public static StoreStack cached(String kind, EntryDatabase database) {
    return StoreStack.over(kind, database, Layers.cached(CACHE, Clock.systemUTC()));
  }

  /** Returns a copy with the tokens in this file instead of the default location. */
  Backend withTokensFile(Path newTokensFile) {
    return new Backend(kind, place, newTokensFile, opener);
  }

  /** @param database the open database */
  TokenStorage tokens(EntryDatabase database) {
    return tokensFile == null
        ? new TokenCollection(
            database.internalStore("tokens"), database.internalStore("nodes"), Clock.systemUTC())
        : new TokenFile(tokensFile, Clock.systemUTC());
  }

  /**
   * Runs the action with the tokens. Opens the database only if they are in it, because a file may
   * be in use by a service.
   */
  <T> T withTokens(Function<TokenStorage, T> action) {
    if (tokensFile != null) {
      return action.apply(TokenFile.managed(tokensFile, Clock.systemUTC()));
    }
    try (EntryDatabase database = open()) {
      return action.apply(tokens(database));
    }
  }

  EntryDatabase open() {
    return opener.get();
  }
}
