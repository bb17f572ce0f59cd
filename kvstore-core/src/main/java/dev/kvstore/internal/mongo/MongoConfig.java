package dev.kvstore.internal.mongo;

import com.mongodb.MongoClientSettings;
import dev.kvstore.HistorySettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** The settings of a MongoDB database, for the back end. */
public interface MongoConfig {
  /** Returns the time limit of an operation. */
  Duration timeout();

  /** Returns the database; empty for the one in the connection string. */
  Optional<String> database();

  String applicationName();

  Clock clock();

  /** Returns the interval of the heartbeat; empty if there is none. */
  Optional<Duration> heartbeat();

  /** Returns how long the server may wait for changes before it answers that there are none. */
  Duration longestWait();

  /** Returns the polling interval, short enough to keep the staleness bound. */
  Duration effectivePollingInterval();

  /**
   * Returns the history settings of stores without their own; empty to follow the stored settings.
   */
  Optional<HistorySettings> history();

  /** Returns the customizer of clients created from a connection string. */
  Consumer<MongoClientSettings.Builder> clientCustomizer();
}
