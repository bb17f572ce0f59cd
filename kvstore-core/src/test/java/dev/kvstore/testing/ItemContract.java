package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KVItem;
import dev.kvstore.KVMetadata;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.ValidationFailedException;
import dev.kvstore.Validators;
import dev.kvstore.WriteOptions;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

interface ItemContract extends StoreFixture {
  private KVItem<Integer> retries() {
    return store()
        .item("http.retries", Integer.class)
        .withDefault(3)
        .validatedBy(Validators.range(0, 10));
  }

  @Test
  default void item_absent_readsAsItsDefault() {
    assertThat(retries().get()).isEqualTo(3);
    assertThat(retries().find()).isEmpty();
    assertThat(retries().entry()).isEmpty();
    assertThat(retries().has()).isFalse();
    assertThat(store().has("http.retries")).isFalse();
  }

  @Test
  default void item_absentWithoutDefault_throws() {
    KVItem<Integer> item = store().item("http.retries", Integer.class);
    assertThatThrownBy(item::get).isInstanceOf(KeyNotFoundException.class);
    assertThatThrownBy(() -> item.update(n -> n + 1)).isInstanceOf(KeyNotFoundException.class);
    assertThatThrownBy(item::setDefault).isInstanceOf(IllegalStateException.class);
  }

  @Test
  default void item_set_isRead() {
    assertThat(retries().set(5).version()).isEqualTo(1);
    assertThat(retries().set(6, WriteOptions.DEFAULT.author("ann")).updatedBy()).contains("ann");
    assertThat(retries().get()).isEqualTo(6);
    assertThat(retries().find()).contains(6);
    assertThat(retries().has()).isTrue();
    assertThat(store().get("http.retries", Integer.class)).isEqualTo(6);
  }

  @Test
  default void item_set_againstARule_throwsAndStoresNothing() {
    assertThatThrownBy(() -> retries().set(11))
        .isInstanceOfSatisfying(
            ValidationFailedException.class,
            e -> assertThat(e.problems()).containsExactly("must be from 0 to 10"))
        .hasMessageContaining("http.retries");
    assertThatThrownBy(() -> retries().set(null)).isInstanceOf(ValidationFailedException.class);
    assertThat(retries().has()).isFalse();
  }

  @Test
  default void item_default_againstARule_throws() {
    assertThatThrownBy(() -> retries().withDefault(11))
        .isInstanceOf(ValidationFailedException.class);
  }

  @Test
  default void item_setDefault_storesOnce() {
    assertThat(retries().setDefault()).isEqualTo(3);
    retries().set(7);
    assertThat(retries().setDefault()).isEqualTo(7);
  }

  @Test
  default void item_update_beginsWithTheDefault() {
    assertThat(retries().update(n -> n + 1)).isEqualTo(4);
    assertThat(retries().update(n -> n + 1)).isEqualTo(5);
    assertThatThrownBy(() -> retries().update(n -> n + 100))
        .isInstanceOf(ValidationFailedException.class);
    assertThat(retries().get()).isEqualTo(5);
  }

  @Test
  default void item_compareAndSet_storesIfUnchanged() {
    String etag = retries().set(1).etag();
    assertThat(retries().compareAndSet(etag, 2)).isTrue();
    assertThat(retries().compareAndSet(etag, 3)).isFalse();
    assertThat(retries().get()).isEqualTo(2);
  }

  @Test
  default void item_storedAgainstARule_isRefusedByEveryRead() {
    store().set("http.retries", 1234567);
    for (ThrowingCallable read : List.<ThrowingCallable>of(
        () -> retries().get(),
        () -> retries().get(ReadOptions.DEFAULT.bypassingCache()),
        () -> retries().find(),
        () -> retries().entry(),
        () -> retries().setDefault(),
        () -> retries().update(n -> n))) {
      assertThatThrownBy(read)
          .isInstanceOf(ValidationFailedException.class)
          .hasMessageContaining("http.retries")
          .hasMessageContaining("must be from 0 to 10")
          .hasMessageNotContaining("1234567");
    }
    assertThat(retries().has()).isTrue();
    store().set("http.retries", null);
    assertThatThrownBy(() -> retries().get()).isInstanceOf(ValidationFailedException.class);
    retries().set(4);
    assertThat(retries().get()).isEqualTo(4);
  }

  @Test
  default void item_orDefaultWhenInvalid_readsAsItsDefault() {
    KVItem<Integer> item = retries().orDefaultWhenInvalid();
    KVMetadata written = store().set("http.retries", 11);
    assertThat(item.get()).isEqualTo(3);
    assertThat(item.get()).isEqualTo(3);
    assertThat(item.find()).contains(3);
    assertThat(item.entry().orElseThrow().metadata()).isEqualTo(written);
    assertThat(item.setDefault(WriteOptions.DEFAULT).stored()).isFalse();
    assertThat(item.setDefault()).isEqualTo(3);
    assertThat(store().get("http.retries", Integer.class)).isEqualTo(11);
    assertThat(item.update(n -> n + 1)).isEqualTo(4);
    assertThat(item.get()).isEqualTo(4);
    store().set("http.retries", "text");
    assertThatThrownBy(item::get).isInstanceOf(TypeMismatchException.class);
  }

  @Test
  default void item_orDefaultWhenInvalid_withoutADefault_isRefused() {
    KVItem<Integer> item = store()
        .item("http.retries", Integer.class)
        .validatedBy(Validators.range(0, 10))
        .orDefaultWhenInvalid();
    store().set("http.retries", 11);
    assertThatThrownBy(item::get).isInstanceOf(ValidationFailedException.class);
  }

  @Test
  default void item_options_areThoseOfTheWrite() {
    WriteOptions byAnn = WriteOptions.DEFAULT.author("ann");
    var created = retries().setDefault(byAnn);
    assertThat(created.stored()).isTrue();
    assertThat(created.metadata().updatedBy()).contains("ann");
    WriteOptions ifMatch = WriteOptions.ifMatch(created.metadata().etag()).author("ben");
    assertThat(retries().update(n -> n + 1, ifMatch)).isEqualTo(4);
    assertThat(retries().entry().orElseThrow().updatedBy()).contains("ben");
    assertThatThrownBy(() -> retries().update(n -> n + 1, ifMatch))
        .isInstanceOf(PreconditionFailedException.class);
    assertThatThrownBy(() -> retries().delete(ifMatch))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(retries().delete(WriteOptions.ifPresent())).isTrue();
    assertThat(retries().update(n -> n + 1, WriteOptions.ifAbsent())).isEqualTo(4);
  }

  @Test
  default void item_delete_removes() {
    retries().set(1);
    assertThat(retries().delete()).isTrue();
    assertThat(retries().delete()).isFalse();
    assertThat(retries().get()).isEqualTo(3);
  }
}
