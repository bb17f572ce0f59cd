package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVType;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.Write;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

interface ConditionContract extends StoreFixture {
  /** A valid etag that no entry has. */
  String NO_ETAG = "0123456789abcdef01234567";

  @Test
  default void ifMatch_presentEtag_writes() {
    KVMetadata first = store().set("k", "a");
    KVMetadata second = store().set("k", "b", WriteOptions.ifMatch(first.etag()));
    assertThat(second.version()).isEqualTo(2);
    assertThat(store().get("k", String.class)).isEqualTo("b");
  }

  @Test
  default void ifMatch_otherEtag_throwsAndChangesNothing() {
    KVMetadata first = store().set("k", "a");
    KVMetadata second = store().set("k", "b");
    assertPreconditionFailed(
        () -> store().set("k", "c", WriteOptions.ifMatch(first.etag())), second.etag());
    assertPreconditionFailed(
        () -> store().set("k", "c", WriteOptions.ifMatch("no etag at all")), second.etag());
    assertThat(store().entry("k", String.class).metadata()).isEqualTo(second);
  }

  @Test
  default void ifMatch_absent_throwsAndStoresNothing() {
    assertPreconditionFailed(() -> store().set("k", "c", WriteOptions.ifMatch(NO_ETAG)), null);
    assertThat(store().has("k")).isFalse();
  }

  @Test
  default void ifMatch_afterDeleteAndRecreate_throws() {
    KVMetadata first = store().set("k", "a");
    store().delete("k");
    KVMetadata again = store().set("k", "a");
    assertThat(again.version()).isEqualTo(first.version());
    assertPreconditionFailed(
        () -> store().set("k", "c", WriteOptions.ifMatch(first.etag())), again.etag());
  }

  @Test
  default void ifAbsent_absent_writes() {
    assertThat(store().set("k", "a", WriteOptions.ifAbsent()).version()).isEqualTo(1);
  }

  @Test
  default void ifAbsent_present_throwsAndChangesNothing() {
    KVMetadata first = store().set("k", null);
    assertPreconditionFailed(() -> store().set("k", "b", WriteOptions.ifAbsent()), first.etag());
    assertThat(store().get("k", String.class)).isNull();
  }

  @Test
  default void ifPresent_present_writes() {
    store().set("k", "a");
    assertThat(store().set("k", "b", WriteOptions.ifPresent()).version()).isEqualTo(2);
  }

  @Test
  default void ifPresent_absent_throwsAndStoresNothing() {
    assertPreconditionFailed(() -> store().set("k", "b", WriteOptions.ifPresent()), null);
    assertThat(store().has("k")).isFalse();
  }

  @Test
  default void delete_ifMatch_deletesJustThatVersion() {
    KVMetadata first = store().set("k", "a");
    KVMetadata second = store().set("k", "b");
    assertPreconditionFailed(
        () -> store().delete("k", WriteOptions.ifMatch(first.etag())), second.etag());
    assertThat(store().delete("k", WriteOptions.ifMatch(second.etag()))).isTrue();
    assertPreconditionFailed(() -> store().delete("k", WriteOptions.ifMatch(second.etag())), null);
  }

  @Test
  default void delete_ifPresent_absent_throws() {
    assertPreconditionFailed(() -> store().delete("k", WriteOptions.ifPresent()), null);
  }

  @Test
  default void increment_ifMatch_addsJustToThatVersion() {
    KVMetadata first = store().set("n", 1);
    KVMetadata second =
        entries().increment("n", 4, WriteOptions.ifMatch(first.etag())).metadata();
    assertThat(store().get("n", Integer.class)).isEqualTo(5);
    assertPreconditionFailed(
        () -> entries().increment("n", 4, WriteOptions.ifMatch(first.etag())), second.etag());
    assertPreconditionFailed(() -> entries().increment("none", 4, WriteOptions.ifPresent()), null);
    assertThat(store().get("n", Integer.class)).isEqualTo(5);
  }

  @Test
  default void update_condition_isCheckedBeforeTheFunction() {
    KVMetadata first = store().set("k", 1);
    WriteOptions ifMatch = WriteOptions.ifMatch(first.etag()).author("ann");
    assertThat(store().update("k", Integer.class, n -> n + 1, ifMatch)).isEqualTo(2);
    KVMetadata second = store().entry("k", Integer.class).metadata();
    assertThat(second.updatedBy()).contains("ann");

    UnaryOperator<Integer> never = n -> {
      throw new AssertionError("called with " + n);
    };
    assertPreconditionFailed(
        () -> store().update("k", Integer.class, never, ifMatch), second.etag());
    assertPreconditionFailed(
        () -> store().update("k", Integer.class, never, WriteOptions.ifAbsent()), second.etag());
    assertPreconditionFailed(
        () -> store().update("none", Integer.class, never, WriteOptions.ifPresent()), null);
    assertThatThrownBy(() -> store().update("none", Integer.class, never, WriteOptions.ifAbsent()))
        .isInstanceOf(KeyNotFoundException.class);
    assertThat(store().entry("k", Integer.class).metadata()).isEqualTo(second);
  }

  /** Another write intervenes between the read and the write of the first round. */
  @Test
  default void update_condition_isCheckedInEachRound() {
    KVMetadata first = store().set("k", 1);
    UnaryOperator<Integer> overtaken = n -> {
      store().set("k", 10);
      return n + 1;
    };
    assertThatThrownBy(
            () -> store().update("k", Integer.class, overtaken, WriteOptions.ifMatch(first.etag())))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(store().get("k", Integer.class)).isEqualTo(10);
  }

  @Test
  default void setDefault_anotherCondition_isRefused() {
    for (WriteOptions options : List.of(WriteOptions.ifPresent(), WriteOptions.ifMatch(NO_ETAG))) {
      assertThatThrownBy(() -> store().setDefault("k", KVType.of(Integer.class), 1, options))
          .isInstanceOfSatisfying(
              InvalidInputException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER));
    }
    assertThat(store().has("k")).isFalse();
  }

  @Test
  default void expired_isAbsentForEveryCondition() {
    KVMetadata old = store().set("k", 1, WriteOptions.DEFAULT.ttl(Duration.ofHours(1)));
    clock().advance(Duration.ofHours(2));
    assertPreconditionFailed(() -> store().set("k", 2, WriteOptions.ifMatch(old.etag())), null);
    assertPreconditionFailed(() -> store().set("k", 2, WriteOptions.ifPresent()), null);
    assertPreconditionFailed(() -> store().delete("k", WriteOptions.ifMatch(old.etag())), null);
    assertPreconditionFailed(
        () -> entries().increment("k", 1, WriteOptions.ifMatch(old.etag())), null);
    KVMetadata created = store().set("k", 2, WriteOptions.ifAbsent());
    assertThat(created.version()).isEqualTo(1);
    assertThat(created.createdAt()).isAfter(old.createdAt());
  }

  /** Otherwise the etag would suggest that nothing has changed. */
  @Test
  default void anyWrite_withTheEtagOfItsEntry_isRefusedAndChangesNothing() {
    WriteOptions same = WriteOptions.DEFAULT.etag("0123456789abcdef01234568");
    KVMetadata first = store().set("k", 1, same);
    for (WriteCondition condition : List.of(
        WriteCondition.NONE,
        WriteCondition.IF_PRESENT,
        WriteCondition.IF_ABSENT,
        WriteCondition.ifMatch(first.etag()),
        WriteCondition.ifMatch(NO_ETAG))) {
      WriteOptions options = same.condition(condition);
      assertReused(() -> store().set("k", 2, options), first.etag());
      assertReused(() -> entries().increment("k", 1, options), first.etag());
      assertReused(() -> entries().increment("k", 1L << 31, options), first.etag());
      assertReused(() -> store().delete("k", options), first.etag());
    }
    assertReused(() -> entries().setDefault(new Write("k", Values.raw(2), same)), first.etag());
    assertThat(store().entry("k", Integer.class).metadata()).isEqualTo(first);
    assertThat(store().get("k", Integer.class)).isEqualTo(1);
  }

  @Test
  default void write_withAnEtagOfItsOwn_givesItToTheEntry() {
    KVMetadata first = store().set("k", 1, WriteOptions.DEFAULT.etag("0123456789abcdef01234569"));
    String chosen = "0123456789abcdef0123456a";
    WriteOptions options = WriteOptions.ifMatch(first.etag()).etag(chosen);
    assertThat(store().set("k", 2, options).etag()).isEqualTo(chosen);
  }

  private static void assertReused(ThrowingCallable call, String etag) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            KVException.class,
            // A service that remembers the first write reports that instead.
            e -> assertThat(e.code()).isIn(ErrorCode.INVALID_PARAMETER, ErrorCode.REPEATED_WRITE))
        .hasMessageContaining(etag);
  }

  private static void assertPreconditionFailed(
      ThrowingCallable call, @org.jspecify.annotations.Nullable String etag) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            PreconditionFailedException.class,
            e -> assertThat(e.presentEtag().orElse(null)).isEqualTo(etag));
  }
}
