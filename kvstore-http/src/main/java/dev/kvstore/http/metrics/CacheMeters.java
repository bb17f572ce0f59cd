package dev.kvstore.http.metrics;

import dev.kvstore.CacheHealth;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The near-caches of all stores, taken together. */
record CacheMeters(Supplier<CacheHealth> caches) implements MeterBinder {
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
    gauge(registry, "entries", "Keys that are held", CacheHealth::entries);
    gauge(registry, "bytes", "Bytes that are held", CacheHealth::weight);
    gauge(
        registry,
        "coherent",
        "1 where all caches serve what they hold, else 0",
        cache -> cache.coherent() ? 1 : 0);
    gauge(
        registry,
        "event.lag.seconds",
        "How old the last proof is that the caches are up to date, of the worst",
        cache -> cache.lag().toMillis() / 1e3);
    gauge(
        registry,
        "event.stream.age.seconds",
        "How long no cache has begun or ceased to serve",
        CacheMeters::age);
  }

  private void counter(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<CacheHealth> count) {
    FunctionCounter.builder("kvstore.cache." + name, caches, c -> count.applyAsDouble(c.get()))
        .description(description)
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<CacheHealth> value) {
    Gauge.builder("kvstore.cache." + name, () -> value.applyAsDouble(caches.get()))
        .description(description)
        .register(registry);
  }

  private static double age(CacheHealth cache) {
    boolean never = cache.since().equals(Instant.EPOCH);
    return never ? 0 : (System.currentTimeMillis() - cache.since().toEpochMilli()) / 1e3;
  }
}
