package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVQuery;
import dev.kvstore.KVType;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.KeyRange;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

interface ExpiryContract extends StoreFixture {
  WriteOptions FOR_AN_HOUR = WriteOptions.DEFAULT.ttl(Duration.ofHours(1));

  @Test
  default void ttl_notYetOver_isPresent() {
    Instant before = clock().instant().truncatedTo(ChronoUnit.MILLIS);
    KVMetadata written = store().set("k", "a", FOR_AN_HOUR);
    assertThat(written.expiresAt().orElseThrow())
        .isBetween(before.plus(Duration.ofHours(1)), clock().instant().plus(Duration.ofHours(1)));
    clock().advance(Duration.ofMinutes(50));
    assertThat(store().entry("k", String.class).metadata()).isEqualTo(written);
  }

  @Test
  default void expired_isAbsentForEveryRead() {
    store().set("a/gone", 1, FOR_AN_HOUR);
    store().set("a/stays", 2);
    clock().advance(Duration.ofHours(2));
    assertThat(store().find("a/gone", Integer.class)).isEmpty();
    assertThat(store().has("a/gone")).isFalse();
    assertThat(store().getMany(List.of("a/gone", "a/stays"), Integer.class))
        .containsOnlyKeys("a/stays");
    assertThat(store().getAll("a/", Integer.class)).containsOnlyKeys("a/stays");
    assertThat(store().keys()).containsExactly("a/stays");
    assertThat(store().entries(KVQuery.ALL, KVType.of(Integer.class)).items()).hasSize(1);
    assertThat(entries().scanMetadata(KeyRange.ALL, 10).items())
        .singleElement()
        .satisfies(entry -> assertThat(entry.key()).isEqualTo("a/stays"));
  }

  @Test
  default void expired_deleteSaysThereWasNone() {
    store().set("k", 1, FOR_AN_HOUR);
    clock().advance(Duration.ofHours(2));
    assertThat(store().delete("k")).isFalse();
  }

  @Test
  default void set_overExpired_creates() {
    KVMetadata old = store().set("k", 1, FOR_AN_HOUR);
    store().set("k", 1, FOR_AN_HOUR);
    clock().advance(Duration.ofHours(2));
    KVMetadata created = store().set("k", 2);
    assertThat(created.version()).isEqualTo(1);
    assertThat(created.createdAt()).isAfter(old.createdAt().plus(Duration.ofHours(1)));
    assertThat(created.expiresAt()).isEmpty();
    assertThat(store().get("k", Integer.class)).isEqualTo(2);
  }

  @Test
  default void keepingExpiry_overPresent_keepsIt() {
    WriteOptions keeping = WriteOptions.DEFAULT.keepingExpiry();
    KVMetadata first = store().set("k", 1, FOR_AN_HOUR);
    clock().advance(Duration.ofMinutes(10));
    KVMetadata second = store().set("k", 2, keeping);
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.expiresAt()).isEqualTo(first.expiresAt());
    assertThat(store().entry("k", Integer.class).metadata()).isEqualTo(second);
    KVMetadata third = store().set("k", 3, WriteOptions.ifMatch(second.etag()).keepingExpiry());
    assertThat(third.expiresAt()).isEqualTo(first.expiresAt());
    store().set("k", 4);
    assertThat(store().set("k", 5, keeping).expiresAt()).isEmpty();
  }

  @Test
  default void keepingExpiry_overAbsentOrExpired_createsOneThatStays() {
    WriteOptions keeping = WriteOptions.DEFAULT.keepingExpiry();
    assertThat(store().set("new", 1, keeping).expiresAt()).isEmpty();
    store().set("old", 1, FOR_AN_HOUR);
    clock().advance(Duration.ofHours(2));
    KVMetadata created = store().set("old", 2, keeping);
    assertThat(created.version()).isEqualTo(1);
    assertThat(created.expiresAt()).isEmpty();
  }

  @Test
  default void update_clearsTheExpiry_unlessItKeepsIt() {
    KVMetadata written = store().set("k", 1, FOR_AN_HOUR);
    WriteOptions keeping = WriteOptions.DEFAULT.keepingExpiry();
    assertThat(store().update("k", Integer.class, n -> n + 1, keeping)).isEqualTo(2);
    assertThat(store().entry("k", Integer.class).metadata().expiresAt())
        .isPresent()
        .isEqualTo(written.expiresAt());
    assertThat(store().item("k", Integer.class).update(n -> n + 1, keeping)).isEqualTo(3);
    assertThat(store().entry("k", Integer.class).metadata().expiresAt())
        .isEqualTo(written.expiresAt());
    store().update("k", Integer.class, n -> n + 1);
    assertThat(store().entry("k", Integer.class).metadata().expiresAt()).isEmpty();
    store().update("k", Integer.class, n -> n + 1, FOR_AN_HOUR);
    clock().advance(Duration.ofHours(2));
    assertThat(store().has("k")).isFalse();
  }

  @Test
  default void setDefault_ttl_isThatOfAnEntryItStores() {
    store().set("kept", 1);
    KVType<Integer> type = KVType.of(Integer.class);
    assertThat(store().setDefault("kept", type, 2, FOR_AN_HOUR).metadata().expiresAt())
        .isEmpty();
    assertThat(store().setDefault("k", type, 2, FOR_AN_HOUR).metadata().expiresAt())
        .isPresent();
    clock().advance(Duration.ofHours(2));
    assertThat(store().keys()).containsExactly("kept");
  }

  @Test
  default void setDefault_overExpired_stores() {
    store().set("k", "old", FOR_AN_HOUR);
    clock().advance(Duration.ofHours(2));
    assertThat(store().setDefault("k", "new")).isEqualTo("new");
    assertThat(store().entry("k", String.class).version()).isEqualTo(1);
    assertThat(store().entry("k", String.class).expiresAt()).isEmpty();
  }

  @Test
  default void increment_overExpired_countsFromZero() {
    store().set("n", 41, FOR_AN_HOUR);
    clock().advance(Duration.ofHours(2));
    assertThat(store().increment("n")).isEqualTo(1);
    assertThat(store().entry("n", Integer.class).version()).isEqualTo(1);
  }

  @Test
  default void increment_overExpiredText_countsFromZero() {
    store().set("n", "text", FOR_AN_HOUR);
    clock().advance(Duration.ofHours(2));
    assertThat(store().increment("n", 5)).isEqualTo(5);
  }

  @Test
  default void setMany_overExpired_creates() {
    store().set("gone", 1, FOR_AN_HOUR);
    store().set("stays", 1);
    clock().advance(Duration.ofHours(2));
    assertThat(store().setMany(Map.of("gone", 2, "stays", 2, "new", 2)))
        .isEqualTo(new BatchResult(2, 1));
    assertThat(store().entry("gone", Integer.class).version()).isEqualTo(1);
    assertThat(store().getAll("", Integer.class))
        .isEqualTo(Map.of("gone", 2, "new", 2, "stays", 2));
  }

  @Test
  default void set_withoutTtl_clearsAnEarlierOne() {
    store().set("k", 1, FOR_AN_HOUR);
    assertThat(store().set("k", 2).expiresAt()).isEmpty();
    clock().advance(Duration.ofHours(2));
    assertThat(store().get("k", Integer.class)).isEqualTo(2);
  }

  @Test
  default void setMany_withoutTtl_clearsAnEarlierOne() {
    store().set("k", 1, FOR_AN_HOUR);
    store().setMany(Map.of("k", 2));
    clock().advance(Duration.ofHours(2));
    assertThat(store().get("k", Integer.class)).isEqualTo(2);
  }

  @Test
  default void setMany_ttl_appliesToEachKey() {
    store()
        .setMany(
            Map.of("a", 1, "b", 2),
            BatchOptions.DEFAULT.ttl(Duration.ofHours(1)).author("ann"));
    assertThat(store().entry("a", Integer.class).expiresAt()).isPresent();
    assertThat(store().entry("b", Integer.class).updatedBy()).contains("ann");
    clock().advance(Duration.ofHours(2));
    assertThat(store().keys()).isEmpty();
  }

  @Test
  default void increment_keepsTheExpiry() {
    KVMetadata written = store().set("n", 1, FOR_AN_HOUR);
    store().increment("n");
    assertThat(store().entry("n", Integer.class).metadata().expiresAt())
        .isPresent()
        .isEqualTo(written.expiresAt());
  }

  @Test
  default void increment_ttl_isThatOfACreatedEntry() {
    assertThat(entries().increment("n", 1, FOR_AN_HOUR).expiresAt()).isPresent();
    clock().advance(Duration.ofHours(2));
    assertThat(store().has("n")).isFalse();
  }

  @Test
  default void ttl_ofAMillisecond_isAccepted() {
    store().set("k", 1, WriteOptions.DEFAULT.ttl(Duration.ofMillis(1)));
    clock().advance(Duration.ofMillis(2));
    assertThat(store().has("k")).isFalse();
  }
}
