package dev.kvstore.http.command;

import dev.kvstore.HistorySettings;
import dev.kvstore.http.metrics.mongo.MongoMeters;
import dev.kvstore.internal.mongo.MongoEntryDatabase;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.mongo.MongoSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the location of data and tokens, for every command that opens the database. */
final class DatabaseOptions {
  private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of the data (${DEFAULT-VALUE}), in the file " + Backend.FILE
          + ". Created if missing. Refused if other users can write to it.")
  private Path data = Path.of("kvstore-data");

  @Option(
      names = "--mongodb",
      paramLabel = "URI",
      description = "Keep the data in this MongoDB instead. Others can read a command line, so"
          + " put a password into KVSTORE_MONGODB_URI or the configuration file.")
  private @Nullable String mongodb;

  @Option(
      names = "--database",
      paramLabel = "NAME",
      description = "The MongoDB database (the one in the URI, or else kvstore).")
  private @Nullable String database;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "The time limit of the database for a request (${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofSeconds(15);

  @Option(
      names = "--tokens-file",
      paramLabel = "FILE",
      description = "Keep the tokens in this YAML file, reloaded when it changes ("
          + Backend.TOKENS_FILE + " in the data folder; with --mongodb, in the database).")
  private @Nullable Path tokensFile;

  void check(Faults faults) {
    checkNamed("--data", data, faults);
    checkNamed("--tokens-file", tokensFile, faults);
    faults.checkRange("--timeout", timeout, Duration.ofMillis(1), LONGEST_TIMEOUT);
    if (mongodb != null) {
      String uri = mongodb;
      faults.check("--mongodb", () -> MongoEntryDatabase.checkConnectionString(uri));
    }
    if (database != null) {
      String name = database;
      faults.check("--database", () -> MongoSettings.DEFAULT.withDatabase(name));
      if (mongodb == null) {
        faults.add("--database", database, "it needs --mongodb");
      }
    }
  }

  /** Refuses an empty path, which would be the working directory and is certainly a mistake. */
  private static void checkNamed(String option, @Nullable Path path, Faults faults) {
    if (path != null && path.toString().isBlank()) {
      faults.add(option, path, "the name is empty");
    }
  }

  /** Returns true if the data is in a file, not in MongoDB. */
  boolean isFile() {
    return mongodb == null;
  }

  Duration timeout() {
    return timeout;
  }

  /** Returns the location of the data. Call it after the settings were checked. */
  Backend backend() {
    return backend(null, file -> {}, HistorySettings.OFF);
  }

  /**
   * Like {@link #backend()}, with metrics of MongoDB's client or the database file.
   *
   * @param history the history settings of stores without their own
   */
  Backend backend(
      @Nullable MongoMeters meters,
      Consumer<SqliteEntryDatabase> measure,
      HistorySettings history) {
    Backend backend = mongodb == null
        ? Backend.sqlite(data, timeout, measure, history)
        : Backend.mongodb(mongodb, database, timeout, meters, history);
    return tokensFile == null ? backend : backend.withTokensFile(tokensFile);
  }

  /** Refuses a missing tokens file, which a command would create. */
  void checkTokensFile(Faults faults) {
    if (tokensFile != null && !Files.exists(tokensFile)) {
      faults.add("--tokens-file", tokensFile, "there is no such file");
    }
  }

  /** Returns true if it is known, without reaching a database, that there are no tokens. */
  boolean hasNoTokens() {
    return mongodb == null
        && tokensFile == null
        && !Files.exists(data.resolve(Backend.TOKENS_FILE));
  }
}
