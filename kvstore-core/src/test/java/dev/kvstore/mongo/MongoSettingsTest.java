package dev.kvstore.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.NearCacheSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MongoSettingsTest {
  private static MongoSettings bounded(Duration bound) {
    return MongoSettings.DEFAULT.withNearCache(
        NearCacheSettings.builder().stalenessBound(bound).build());
  }

  @Test
  void withX_changesNothingElse() {
    MongoSettings settings = MongoSettings.DEFAULT
        .withHeartbeat(Duration.ofSeconds(3))
        .withPollingInterval(Duration.ofSeconds(4))
        .withNearCache(NearCacheSettings.builder().maximumBytes(5).build())
        .withTimeout(Duration.ofSeconds(6))
        .withDatabase("seven")
        .withApplicationName("eight");
    assertThat(settings.heartbeat()).contains(Duration.ofSeconds(3));
    assertThat(settings.pollingInterval()).isEqualTo(Duration.ofSeconds(4));
    assertThat(settings.nearCache().orElseThrow().maximumBytes()).isEqualTo(5);
    assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(6));
    assertThat(settings.database()).contains("seven");
    assertThat(settings.applicationName()).isEqualTo("eight");
    MongoSettings without = settings.withoutNearCache();
    assertThat(without.nearCache()).isEmpty();
    assertThat(without.heartbeat()).isEqualTo(settings.heartbeat());
    assertThat(without.pollingInterval()).isEqualTo(settings.pollingInterval());
    assertThat(MongoSettings.DEFAULT.nearCache()).contains(NearCacheSettings.DEFAULT);
    assertThat(MongoSettings.DEFAULT.heartbeat()).isEmpty();
  }

  /** An answer proves freshness as of the end of the previous answer. */
  @ParameterizedTest
  @ValueSource(longs = {100, 500, 2000, 60_000, 1_000_000_000})
  void waits_leaveHalfOfTheBoundForTheWay(long millis) {
    Duration bound = Duration.ofMillis(millis);
    MongoSettings settings = bounded(bound).withPollingInterval(Duration.ofMinutes(1));

    assertThat(settings.longestWait().multipliedBy(4)).isLessThanOrEqualTo(bound);
    assertThat(settings.effectivePollingInterval().multipliedBy(4)).isLessThanOrEqualTo(bound);
    assertThat(settings.longestWait()).isBetween(Duration.ofMillis(25), Duration.ofMillis(500));
  }

  @Test
  void waits_withoutCache_areAsConfigured() {
    MongoSettings settings = bounded(Duration.ofMillis(100))
        .withoutNearCache()
        .withPollingInterval(Duration.ofSeconds(7));
    assertThat(settings.effectivePollingInterval()).isEqualTo(Duration.ofSeconds(7));
    assertThat(settings.longestWait()).isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void pollingInterval_thatTheBoundAllows_isKept() {
    MongoSettings settings =
        bounded(Duration.ofMinutes(1)).withPollingInterval(Duration.ofSeconds(10));
    assertThat(settings.effectivePollingInterval()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void pollingInterval_shorterThanTheBoundDemands_isKept() {
    MongoSettings settings = MongoSettings.DEFAULT.withPollingInterval(Duration.ofMillis(50));
    assertThat(settings.effectivePollingInterval()).isEqualTo(Duration.ofMillis(50));
  }
}
