package dev.kvstore.http.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Registers meters that read a source when they are read themselves. */
record SourceMeters<T>(MeterRegistry registry, String prefix, Supplier<T> source) {
  SourceMeters<T> counter(String name, String description, ToDoubleFunction<T> count) {
    FunctionCounter.builder(prefix + name, source, from -> count.applyAsDouble(from.get()))
        .description(description)
        .register(registry);
    return this;
  }

  SourceMeters<T> gauge(String name, String description, ToDoubleFunction<T> value) {
    Gauge.builder(prefix + name, () -> value.applyAsDouble(source.get()))
        .description(description)
        .register(registry);
    return this;
  }
}
