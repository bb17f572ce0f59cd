package dev.kvstore.http.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.time.Duration;
import java.util.Arrays;

/** Gives each timer a histogram, of which percentiles over all nodes can be derived. */
final class LatencyBuckets implements MeterFilter {
  private final DistributionStatisticConfig buckets;

  LatencyBuckets(Duration... bounds) {
    this.buckets = DistributionStatisticConfig.builder()
        .serviceLevelObjectives(
            Arrays.stream(bounds).mapToDouble(Duration::toNanos).toArray())
        .build();
  }

  @Override
  public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
    boolean own = id.getName().startsWith("kvstore.") || id.getName().startsWith("mongodb.");
    return own && id.getType() == Meter.Type.TIMER ? buckets.merge(config) : config;
  }
}
