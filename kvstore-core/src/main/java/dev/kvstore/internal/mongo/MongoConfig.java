package dev.kvstore.internal.mongo;

import com.mongodb.MongoClientSettings;
import dev.kvstore.HistorySettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** The settings as the back end reads them. */
public interface MongoConfig {
  /** Returns the time limit of an operation. */
  Duration timeout();

  /** Returns the database; empty for the one that the connection string names. */
  Optional<String> database();

  String applicationName();

  Clock clock();

  /** Returns the interval of the heartbeat; empty if there is none. */
  Optional<Duration> heartbeat();

  /** Returns how long the server may wait for changes before it answers that there are none. */
  Duration longestWait();

  /** Returns the polling interval with which the staleness bound can be kept. */
  Duration effectivePollingInterval();

  /** Returns what stores without settings of their own keep; empty to follow what is stored. */
  Optional<HistorySettings> history();

  /** Returns what is applied to the settings of a client made from a connection string. */
  Consumer<MongoClientSettings.Builder> clientCustomizer();
}
