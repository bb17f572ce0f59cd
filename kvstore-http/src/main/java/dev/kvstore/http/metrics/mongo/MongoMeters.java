package dev.kvstore.http.metrics.mongo;

import com.mongodb.MongoClientSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.mongodb.MongoMetricsCommandListener;
import io.micrometer.core.instrument.binder.mongodb.MongoMetricsConnectionPoolListener;
import java.util.function.Consumer;

/** Makes a client of MongoDB tell how long commands and connections take. */
public record MongoMeters(MeterRegistry registry) implements Consumer<MongoClientSettings.Builder> {
  @Override
  public void accept(MongoClientSettings.Builder settings) {
    settings
        .addCommandListener(new MongoMetricsCommandListener(registry, new CommandTags()))
        .applyToConnectionPoolSettings(
            pool -> pool.addConnectionPoolListener(new MongoMetricsConnectionPoolListener(registry))
                .addConnectionPoolListener(new CheckOutTimes(registry)));
  }
}
