package dev.kvstore.http.metrics;

import dev.kvstore.internal.sqlite.SqliteStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** A database file. */
record SqliteMeters(Supplier<SqliteStatistics> statistics) implements MeterBinder {
  @Override
  public void bindTo(MeterRegistry registry) {
    counter(
        registry,
        "transactions",
        "Transactions that changed something",
        SqliteStatistics::transactions);
    counter(
        registry,
        "checkpoints",
        "Times that the log was moved into the file",
        SqliteStatistics::checkpoints);
    gauge(registry, "queued.writes", "Writes that wait", SqliteStatistics::queuedWrites);
    gauge(registry, "file.bytes", "Size of the database file", SqliteStatistics::fileBytes);
    gauge(registry, "log.bytes", "Size of its log", SqliteStatistics::logBytes);
  }

  private void counter(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<SqliteStatistics> count) {
    FunctionCounter.builder(
            "kvstore.sqlite." + name, statistics, source -> count.applyAsDouble(source.get()))
        .description(description)
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<SqliteStatistics> value) {
    Gauge.builder("kvstore.sqlite." + name, () -> value.applyAsDouble(statistics.get()))
        .description(description)
        .register(registry);
  }
}
