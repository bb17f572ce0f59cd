package dev.kvstore.http.metrics.mongo;

import com.mongodb.MongoClientSettings;
import com.mongodb.event.CommandEvent;
import com.mongodb.event.CommandFailedEvent;
import com.mongodb.event.CommandSucceededEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.mongodb.MongoMetricsCommandListener;
import io.micrometer.core.instrument.binder.mongodb.MongoMetricsConnectionPoolListener;
import java.util.function.Consumer;

/** Adds metrics of commands and connections to a MongoDB client. */
public record MongoMeters(MeterRegistry registry) implements Consumer<MongoClientSettings.Builder> {
  @Override
  public void accept(MongoClientSettings.Builder settings) {
    settings
        .addCommandListener(new MongoMetricsCommandListener(registry, MongoMeters::tags))
        .applyToConnectionPoolSettings(
            pool -> pool.addConnectionPoolListener(new MongoMetricsConnectionPoolListener(registry))
                .addConnectionPoolListener(new CheckOutTimes(registry)));
  }

  /**
   * Returns the tags of a command: its kind, server and outcome, but not the store, of which there
   * may be many.
   */
  private static Tags tags(CommandEvent event) {
    return Tags.of(
        "command",
        event.getCommandName(),
        "server",
        event.getConnectionDescription().getServerAddress().toString(),
        "status",
        event instanceof CommandSucceededEvent
            ? "success"
            : event instanceof CommandFailedEvent ? "failure" : "unknown");
  }
}
