package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.RawValues.int32;
import static dev.kvstore.internal.mongo.RawValues.int64;
import static dev.kvstore.internal.mongo.RawValues.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.RawValue;
import dev.kvstore.testing.RawStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MongoCounterTest extends MongoStoreFixture {
  @Test
  void increment_absent_countsFromZero() {
    KVEntry<RawValue> sum = RawStore.of(store).increment("a", 5, ttl(60).author("al"));

    assertThat(sum.value()).isEqualTo(int32(5));
    assertThat(sum.version()).isEqualTo(1);
    assertThat(sum.expiresAt()).contains(clock.instant().plusSeconds(60));
    assertThat(sum.updatedBy()).contains("al");
    assertThat(read("a")).isEqualTo(sum);
  }

  @Test
  void increment_present_addsAndKeepsTheExpiry() {
    KVEntry<RawValue> first = RawStore.of(store).increment("a", 5, ttl(60).author("al"));
    clock.advance(Duration.ofSeconds(1));

    KVEntry<RawValue> second = RawStore.of(store).increment("a", -7, ttl(600));

    assertThat(second.value()).isEqualTo(int32(-2));
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.expiresAt()).isEqualTo(first.expiresAt());
    assertThat(second.createdAt()).isEqualTo(first.createdAt());
    assertThat(second.updatedAt()).isEqualTo(clock.instant());
    assertThat(second.updatedBy()).isEmpty();
  }

  @Test
  void increment_dead_countsFromZero() {
    RawStore.of(store).increment("a", 5, ttl(1));
    clock.advance(Duration.ofSeconds(1));

    KVEntry<RawValue> sum = RawStore.of(store).increment("a", 2, WriteOptions.DEFAULT);

    assertThat(sum.value()).isEqualTo(int32(2));
    assertThat(sum.version()).isEqualTo(1);
    assertThat(sum.expiresAt()).isEmpty();
  }

  @Test
  void increment_types_areThoseOfTheSum() {
    set("narrow", int32(Integer.MAX_VALUE));
    set("wide", int64(1));
    set("back", int32(Integer.MAX_VALUE));
    set("far", int32(5));

    assertThat(RawStore.of(store).increment("narrow", 1, WriteOptions.DEFAULT).value())
        .isEqualTo(int64(1L + Integer.MAX_VALUE));
    assertThat(RawStore.of(store).increment("wide", 1, WriteOptions.DEFAULT).value())
        .isEqualTo(int64(2));
    assertThat(RawStore.of(store)
            .increment("absent", 1L << 40, WriteOptions.DEFAULT)
            .value())
        .isEqualTo(int64(1L << 40));
    assertThat(store
            .increment("back", -2L - Integer.MAX_VALUE, WriteOptions.DEFAULT)
            .value())
        .isEqualTo(int32(-2));
    assertThat(
            RawStore.of(store).increment("far", 1L << 31, WriteOptions.DEFAULT).value())
        .isEqualTo(int64(5 + (1L << 31)));
    assertThat(read("back").version()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"text\"", "null", "1.5", "1.0", "{\"$numberDecimal\": \"1\"}", "[1]"})
  void increment_noWholeNumber_failsAndKeeps(String json) {
    KVMetadata present = set("a", json(json));

    assertThatThrownBy(() -> RawStore.of(store).increment("a", 1, WriteOptions.DEFAULT))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("'a'");
    assertThatThrownBy(() -> RawStore.of(store).increment("a", 1, WriteOptions.ifPresent()))
        .isInstanceOf(TypeMismatchException.class);
    assertThat(read("a")).isEqualTo(KVEntry.of(json(json), present));
  }

  @Test
  void increment_pastInt64_failsAndKeeps() {
    KVMetadata present = set("a", int64(Long.MAX_VALUE));

    assertThatThrownBy(() -> RawStore.of(store).increment("a", 1, WriteOptions.DEFAULT))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("64 bits");
    assertThatThrownBy(
            () -> RawStore.of(store).increment("a", 1, WriteOptions.ifMatch(present.etag())))
        .isInstanceOf(TypeMismatchException.class);
    assertThat(read("a").metadata()).isEqualTo(present);
  }

  @Test
  void increment_conditions_areChecked() {
    KVMetadata present = set("a", int32(1));

    assertThatThrownBy(() -> RawStore.of(store).increment("a", 1, WriteOptions.ifAbsent()))
        .isInstanceOf(PreconditionFailedException.class);
    assertThatThrownBy(() -> RawStore.of(store).increment("b", 1, WriteOptions.ifPresent()))
        .isInstanceOf(PreconditionFailedException.class);
    assertThatThrownBy(() -> RawStore.of(store).increment("a", 1, WriteOptions.ifMatch("no etag")))
        .isInstanceOfSatisfying(
            PreconditionFailedException.class,
            e -> assertThat(e.presentEtag()).contains(present.etag()));
    assertThat(RawStore.of(store)
            .increment("a", 1, WriteOptions.ifMatch(present.etag()))
            .value())
        .isEqualTo(int32(2));
    assertThat(RawStore.of(store).increment("a", 1, WriteOptions.ifPresent()).value())
        .isEqualTo(int32(3));
    assertThat(RawStore.of(store).increment("c", 1, WriteOptions.ifAbsent()).value())
        .isEqualTo(int32(1));
  }
}
