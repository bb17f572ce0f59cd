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

/** Makes a client of MongoDB tell how long commands and connections take. */
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
   * Tells commands apart by their kind, their server and their end; not by store, as there may be
   * many.
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
