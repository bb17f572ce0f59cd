package dev.kvstore.http.metrics;

import dev.kvstore.CacheHealth;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** The near-caches of all stores, taken together: sums, and the worst of what cannot be added. */
record CacheMeters(Supplier<List<CacheHealth>> caches) implements MeterBinder {
  @Override
  public void bindTo(MeterRegistry registry) {
    counter(registry, "hits", "Reads that were answered from memory", CacheHealth::hits);
    counter(registry, "misses", "Reads that were not", CacheHealth::misses);
    counter(registry, "loads", "Times that the database was asked", CacheHealth::loads);
    counter(
        registry,
        "invalidations",
        "Entries that were removed because of a change elsewhere",
        CacheHealth::invalidations);
    counter(
        registry,
        "bypasses",
        "Misses that asked the database whatever was held",
        CacheHealth::bypasses);
    counter(
        registry,
        "stale.reads",
        "Reads that were answered with what may be stale",
        CacheHealth::staleReads);
    gauge(registry, "entries", "Keys that are held", () -> sum(CacheHealth::entries));
    gauge(registry, "bytes", "Bytes that are held", () -> sum(CacheHealth::weight));
    gauge(
        registry,
        "incoherent",
        "Stores whose cache does not serve",
        () -> sum(c -> c.coherent() ? 0 : 1));
    gauge(
        registry,
        "event.lag.seconds",
        "How old the last proof is that the caches are up to date, of the worst",
        this::lag);
    gauge(
        registry,
        "event.stream.age.seconds",
        "How long the caches have served, or not served, without a break, of the youngest",
        this::age);
  }

  private void counter(
      MeterRegistry registry, String name, String description, ToLongFunction<CacheHealth> count) {
    FunctionCounter.builder("kvstore.cache." + name, this, c -> c.sum(count))
        .description(description)
        .register(registry);
  }

  private static void gauge(
      MeterRegistry registry, String name, String description, Supplier<Number> value) {
    Gauge.builder("kvstore.cache." + name, value).description(description).register(registry);
  }

  private long sum(ToLongFunction<CacheHealth> count) {
    return caches.get().stream().mapToLong(count).sum();
  }

  private double lag() {
    return caches.get().stream()
            .map(CacheHealth::lag)
            .mapToLong(Duration::toMillis)
            .max()
            .orElse(0)
        / 1e3;
  }

  private double age() {
    long now = Instant.now().toEpochMilli();
    return caches.get().stream()
            .mapToLong(cache -> now - cache.since().toEpochMilli())
            .min()
            .orElse(0)
        / 1e3;
  }
}
