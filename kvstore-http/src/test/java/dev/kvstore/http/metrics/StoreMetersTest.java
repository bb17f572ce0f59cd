package dev.kvstore.http.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.UnavailableException;
import dev.kvstore.spi.StoreSize;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StoreMetersTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicLong nanos = new AtomicLong();
  private final List<Integer> asked = new ArrayList<>();
  private List<StoreSize> stores = List.of(new StoreSize("a", 1, 10));
  private boolean away;

  private final StoreMeters meters = new StoreMeters(registry, this::sizes, nanos::get);

  private List<StoreSize> sizes(int most) {
    asked.add(most);
    if (away) {
      throw new UnavailableException("away", null);
    }
    return stores;
  }

  private List<String> measured() {
    return registry.find("kvstore.store.entries").gauges().stream()
        .map(gauge -> gauge.getId().getTag("store"))
        .toList();
  }

  @Test
  void database_isAskedOnceAMinute_forABoundedNumberOfStores() {
    meters.refresh();
    meters.refresh();
    assertThat(asked).containsExactly(StoreMeters.MOST_STORES);
    nanos.addAndGet(StoreMeters.INTERVAL.toNanos());
    meters.refresh();

    assertThat(asked).hasSize(2);
    assertThat(measured()).containsExactly("a");
    assertThat(registry.get("kvstore.store.bytes").gauge().value()).isEqualTo(10);
  }

  @Test
  void storeThatIsGone_isNotMeasuredAnyMore_andNoneWhileTheDatabaseIsAway() {
    meters.refresh();
    stores = List.of(new StoreSize("b", 1, 10));
    nanos.addAndGet(StoreMeters.INTERVAL.toNanos());
    meters.refresh();
    assertThat(measured()).containsExactly("b");
    away = true;
    nanos.addAndGet(StoreMeters.INTERVAL.toNanos());
    meters.refresh();
    assertThat(measured()).isEmpty();
  }
}
