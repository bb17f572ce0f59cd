package dev.kvstore.http.metrics;

import dev.kvstore.KVException;
import dev.kvstore.spi.StoreSize;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The numbers of entries and bytes of the first stores by name. The database is queried in the
 * background, at most once a minute regardless of how often the metrics are read. Thread-safe.
 */
final class StoreMeters {
  /** The maximum number of stores; more would create too many time series. */
  static final int MOST_STORES = 50;

  static final Duration INTERVAL = Duration.ofMinutes(1);

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(StoreMeters.class);

  private final IntFunction<List<StoreSize>> sizes;
  private final LongSupplier nanos;
  private final MultiGauge entries;
  private final MultiGauge bytes;
  private CompletableFuture<Void> reading = CompletableFuture.completedFuture(null); // by this
  private long nextReading; // guarded by this

  StoreMeters(MeterRegistry registry, IntFunction<List<StoreSize>> sizes, LongSupplier nanos) {
    this.sizes = sizes;
    this.nanos = nanos;
    this.nextReading = nanos.getAsLong();
    this.entries = MultiGauge.builder("kvstore.store.entries")
        .description("About how many entries a store has, of the first stores by name")
        .register(registry);
    this.bytes = MultiGauge.builder("kvstore.store.bytes")
        .description("About how many bytes the entries of a store have")
        .baseUnit("bytes")
        .register(registry);
  }

  /** Queries the database if that is due, and waits a little for the answer. */
  void refresh() {
    try {
      current()
          .completeOnTimeout(null, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          .join();
    } catch (RuntimeException e) {
      LOG.debug("The sizes of the stores cannot be read", e);
    }
  }

  private synchronized CompletableFuture<Void> current() {
    if (reading.isDone() && nextReading - nanos.getAsLong() <= 0) {
      nextReading = nanos.getAsLong() + INTERVAL.toNanos();
      reading = CompletableFuture.runAsync(this::read);
    }
    return reading.copy();
  }

  private void read() {
    List<StoreSize> now;
    try {
      now = sizes.apply(MOST_STORES);
    } catch (KVException e) {
      // The known sizes are outdated.
      now = List.of();
    }
    entries.register(now.stream().map(size -> row(size, size.entries())).toList(), true);
    bytes.register(now.stream().map(size -> row(size, size.bytes())).toList(), true);
  }

  private static MultiGauge.Row<?> row(StoreSize size, long value) {
    return MultiGauge.Row.of(Tags.of("store", size.name()), value);
  }
}
