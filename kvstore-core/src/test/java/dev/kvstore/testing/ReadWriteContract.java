package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVQuery;
import dev.kvstore.KVType;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.Write;
import java.util.List;
import java.util.Map;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;

interface ReadWriteContract extends StoreFixture {
  @Test
  default void get_absent_throws() {
    assertThatThrownBy(() -> store().get("none", String.class))
        .isInstanceOfSatisfying(
            KeyNotFoundException.class, e -> assertThat(e.key()).isEqualTo("none"))
        .hasMessageContaining("none");
    assertThatThrownBy(() -> store().entry("none", String.class))
        .isInstanceOf(KeyNotFoundException.class);
  }

  @Test
  default void find_absent_isEmpty() {
    assertThat(store().find("none", String.class)).isEmpty();
    assertThat(store().findEntry("none", String.class)).isEmpty();
    assertThat(store().has("none")).isFalse();
  }

  @Test
  default void getOrDefault_absent_returnsFallbackAndStoresNothing() {
    assertThat(store().getOrDefault("none", 3)).isEqualTo(3);
    assertThat(store().has("none")).isFalse();
  }

  @Test
  default void getOrDefault_present_returnsStored() {
    store().set("n", 7);
    assertThat(store().getOrDefault("n", 3)).isEqualTo(7);
  }

  @Test
  default void set_absent_creates() {
    KVMetadata written = store().set("ui.theme", "dark");
    assertThat(written.key()).isEqualTo("ui.theme");
    assertThat(written.version()).isEqualTo(1);
    assertThat(written.updatedBy()).isEmpty();
    assertThat(written.expiresAt()).isEmpty();
    assertThat(written.createdAt()).isBeforeOrEqualTo(written.updatedAt());
    assertThat(store().get("ui.theme", String.class)).isEqualTo("dark");
    assertThat(store().entry("ui.theme", String.class)).isEqualTo(KVEntry.of("dark", written));
  }

  @Test
  default void set_present_replaces() {
    KVMetadata first = store().set("k", "one", WriteOptions.DEFAULT.author("alice"));
    KVMetadata second = store().set("k", List.of(1, 2));
    assertThat(first.updatedBy()).contains("alice");
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.etag()).isNotEqualTo(first.etag());
    assertThat(second.createdAt()).isEqualTo(first.createdAt());
    assertThat(second.updatedAt()).isAfterOrEqualTo(first.updatedAt());
    assertThat(second.updatedBy()).as("the author of the write before").isEmpty();
    assertThat(store().entry("k", KVType.of(Object.class)).metadata()).isEqualTo(second);
    assertThat(store().get("k", Object.class)).isEqualTo(List.of(1, 2));
  }

  @Test
  default void set_withAnEtag_givesItToTheEntry() {
    String first = new ObjectId().toHexString();
    assertThat(store().set("k", 1, WriteOptions.DEFAULT.etag(first)).etag()).isEqualTo(first);
    String second = new ObjectId().toHexString();
    WriteOptions replacing = WriteOptions.ifMatch(first).etag(second);
    assertThat(store().set("k", 2, replacing).etag()).isEqualTo(second);
    assertThat(store().entry("k", Integer.class).etag()).isEqualTo(second);
    assertThat(store().set("k", 3).etag()).isNotEqualTo(second);
  }

  @Test
  default void setDefaultAndIncrement_withAnEtag_giveItToTheEntry() {
    String first = new ObjectId().toHexString();
    Write write = new Write("n", BsonValues.ofNumber(1, false), WriteOptions.DEFAULT.etag(first));
    assertThat(entries().setDefault(write).entry().etag()).isEqualTo(first);
    String second = new ObjectId().toHexString();
    WriteOptions options = WriteOptions.DEFAULT.etag(second);
    assertThat(entries().increment("n", 1, options).etag()).isEqualTo(second);
    Write another = new Write("n", BsonValues.ofNumber(9, false), WriteOptions.DEFAULT);
    assertThat(entries().setDefault(another)).satisfies(kept -> {
      assertThat(kept.stored()).isFalse();
      assertThat(kept.entry().etag()).isEqualTo(second);
    });
  }

  @Test
  default void etag_malformed_isRefused() {
    for (String malformed :
        List.of("", "x", "6740F1000000000000000000", "6740f100000000000000000")) {
      assertThatThrownBy(() -> WriteOptions.DEFAULT.etag(malformed))
          .isInstanceOfSatisfying(
              InvalidInputException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER));
    }
  }

  @Test
  default void set_sameValue_isAVersionOfItsOwn() {
    KVMetadata first = store().set("k", "same");
    KVMetadata second = store().set("k", "same");
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.etag()).isNotEqualTo(first.etag());
  }

  @Test
  default void set_author_isKept() {
    store().set("k", 1, WriteOptions.DEFAULT.author("Ærøskøbing / 東京 %+"));
    assertThat(store().entry("k", Integer.class).updatedBy()).contains("Ærøskøbing / 東京 %+");
  }

  @Test
  default void storedNull_isPresent() {
    store().set("k", null);
    assertThat(store().has("k")).isTrue();
    assertThat(store().get("k", String.class)).isNull();
    assertThat(store().find("k", String.class)).isEmpty();
    assertThat(store().findEntry("k", String.class)).isPresent();
    assertThat(store().getOrDefault("k", "fallback")).isNull();
    assertThat(store().keys()).containsExactly("k");
  }

  @Test
  default void delete_present_removes() {
    store().set("k", 1);
    assertThat(store().delete("k")).isTrue();
    assertThat(store().has("k")).isFalse();
    assertThat(store().delete("k")).isFalse();
  }

  @Test
  default void set_afterDelete_startsAgain() {
    KVMetadata first = store().set("k", 1);
    store().set("k", 2);
    store().delete("k");
    KVMetadata again = store().set("k", 1);
    assertThat(again.version()).isEqualTo(1);
    assertThat(again.etag()).isNotEqualTo(first.etag());
  }

  @Test
  default void setDefault_absent_stores() {
    assertThat(store().setDefault("k", "light")).isEqualTo("light");
    assertThat(store().entry("k", String.class).version()).isEqualTo(1);
  }

  @Test
  default void setDefault_present_keepsAndWritesNothing() {
    KVMetadata written = store().set("k", "dark");
    assertThat(store().setDefault("k", "light")).isEqualTo("dark");
    assertThat(store().entry("k", String.class).metadata()).isEqualTo(written);
  }

  @Test
  default void setDefault_storedNull_isKept() {
    store().set("k", null);
    assertThat(store().setDefault("k", "light")).isNull();
  }

  @Test
  default void setDefault_null_isStored() {
    assertThat(store().setDefault("k", KVType.of(String.class), null)).isNull();
    assertThat(store().has("k")).isTrue();
  }

  @Test
  default void setDefault_options_tellsWhetherItStored() {
    KVType<String> type = KVType.of(String.class);
    var stored = store().setDefault("k", type, "a", WriteOptions.DEFAULT.author("ann"));
    assertThat(stored.stored()).isTrue();
    assertThat(stored.value()).isEqualTo("a");
    assertThat(stored.metadata().updatedBy()).contains("ann");
    assertThat(store().entry("k", String.class).metadata()).isEqualTo(stored.metadata());
    assertThat(stored.toString()).contains("k").doesNotContain("=a");
    var kept = store().setDefault("k", type, "b", WriteOptions.ifAbsent().author("ben"));
    assertThat(kept.stored()).isFalse();
    assertThat(kept.value()).isEqualTo("a");
    assertThat(kept.metadata()).isEqualTo(stored.metadata());
  }

  @Test
  default void reads_withOptions_areAsThoseWithout() {
    store().set("k", 1);
    store().set("null", null);
    ReadOptions fresh = ReadOptions.atLeast(store().syncToken()).bypassingCache();
    KVType<Integer> type = KVType.of(Integer.class);
    assertThat(store().get("k", Integer.class, fresh)).isEqualTo(1);
    assertThat(store().find("k", Integer.class, fresh)).contains(1);
    assertThat(store().find("null", type, fresh)).isEmpty();
    assertThat(store().getOrDefault("null", type, 3, fresh)).isNull();
    assertThat(store().getOrDefault("none", type, 3, fresh)).isEqualTo(3);
    assertThat(store().entry("k", Integer.class, fresh).version()).isEqualTo(1);
    assertThatThrownBy(() -> store().entry("none", type, fresh))
        .isInstanceOf(KeyNotFoundException.class);
    assertThat(store().has("null", fresh)).isTrue();
    assertThat(store().has("none", fresh)).isFalse();
    assertThat(store().getMany(List.of("k", "none"), Integer.class, fresh))
        .isEqualTo(Map.of("k", 1));
    assertThat(store().getAll("k", Integer.class, fresh)).isEqualTo(Map.of("k", 1));
    assertThat(store().keys("", fresh)).containsExactly("k", "null");
    assertThat(store().keys(KVQuery.ALL, fresh).items()).containsExactly("k", "null");
    assertThat(store().entries(KVQuery.ALL, type, fresh).items())
        .extracting(KVEntry::value)
        .containsExactly(1, null);
  }

  @Test
  default void rawSetDefault_tellsWhetherItStored() {
    var write = new dev.kvstore.spi.Write("k", Values.raw("a"), WriteOptions.DEFAULT.author("ann"));
    var stored = entries().setDefault(write);
    assertThat(stored.stored()).isTrue();
    assertThat(stored.entry().value()).isEqualTo(Values.raw("a"));
    assertThat(stored.entry().updatedBy()).contains("ann");
    var kept =
        entries().setDefault(new dev.kvstore.spi.Write("k", Values.raw("b"), WriteOptions.DEFAULT));
    assertThat(kept.stored()).isFalse();
    assertThat(kept.entry()).isEqualTo(stored.entry());
  }

  @Test
  default void update_present_replaces() {
    store().set("n", 1);
    assertThat(store().update("n", Integer.class, n -> n + 1)).isEqualTo(2);
    assertThat(store().entry("n", Integer.class).version()).isEqualTo(2);
    assertThat(store().get("n", Integer.class)).isEqualTo(2);
  }

  @Test
  default void update_absent_throws() {
    assertThatThrownBy(() -> store().update("n", Integer.class, n -> n + 1))
        .isInstanceOf(KeyNotFoundException.class);
  }

  @Test
  default void stores_doNotSeeOneAnother() {
    store().set("k", Map.of("here", true));
    assertThat(entries().name()).isEqualTo(store().name());
    assertThat(entries().readMany(List.of("k", "other"), ReadOptions.DEFAULT)).hasSize(1);
  }

  @Test
  default void close_thenUse_throwsClosed() {
    store().set("k", 1);
    String name = store().name();
    store().close();
    store().close();
    assertThat(store().name()).isEqualTo(name);
    assertThat(entries().name()).isEqualTo(name);
    assertThatThrownBy(() -> store().get("k", Integer.class))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
    assertThatThrownBy(() -> store().set("k", 1))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
  }
}
