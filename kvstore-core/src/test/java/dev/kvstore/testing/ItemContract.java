package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KVItem;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.ValidationFailedException;
import dev.kvstore.Validators;
import dev.kvstore.WriteOptions;
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
    assertThat(retries().set(6, WriteOptions.DEFAULT.author("ann")).updatedBy()).isEqualTo("ann");
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
  default void item_delete_removes() {
    retries().set(1);
    assertThat(retries().delete()).isTrue();
    assertThat(retries().delete()).isFalse();
    assertThat(retries().get()).isEqualTo(3);
  }
}
