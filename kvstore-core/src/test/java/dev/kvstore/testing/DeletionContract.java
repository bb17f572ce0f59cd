package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.DeleteOptions;
import dev.kvstore.DeleteResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVChange;
import dev.kvstore.KVWatcher;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

interface DeletionContract extends StoreFixture {
  private void store(String... keys) {
    for (String key : keys) {
      store().set(key, key);
      store().get(key, String.class); // now cached
    }
  }

  private String fingerprint(String prefix) {
    return store()
        .deleteAll(prefix, DeleteOptions.DEFAULT.dryRun())
        .fingerprint()
        .orElseThrow();
  }

  @Test
  default void deleteMany_deletesThoseThatThereAre() {
    store("a", "b", "c");
    DeleteResult result = store().deleteMany(List.of("c", "none", "a", "c"));
    assertThat(result.keys()).containsExactly("c", "a");
    assertThat(result.changed()).isEmpty();
    assertThat(store().has("a")).isFalse();
    assertThat(store().find("c", String.class)).isEmpty();
    assertThat(store().keys()).containsExactly("b");
    assertThat(store().deleteMany(List.of()).keys()).isEmpty();
  }

  @Test
  default void deleteMany_illegalKey_deletesNothing() {
    store("a");
    assertThatThrownBy(() -> store().deleteMany(List.of("a", "bad//key")))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_KEY));
    assertThat(store().has("a")).isTrue();
  }

  @Test
  default void deleteMany_expired_isAbsent() {
    store("a");
    store().set("b", 1, WriteOptions.DEFAULT.ttl(Duration.ofHours(1)));
    clock().advance(Duration.ofHours(2));
    assertThat(store().deleteMany(List.of("a", "b")).keys()).containsExactly("a");
  }

  @Test
  default void deleteMany_dryRun_readsAndDeletesNothing() {
    store("a", "b");
    DeleteResult result = store().deleteMany(List.of("b", "none"), DeleteOptions.DEFAULT.dryRun());
    assertThat(result.keys()).containsExactly("b");
    assertThat(store().keys()).containsExactly("a", "b");
    DeleteOptions asShown = DeleteOptions.DEFAULT.ifMatch(result.fingerprint().orElseThrow());
    assertThat(store().deleteMany(List.of("b", "none"), asShown).keys()).containsExactly("b");
    assertThatThrownBy(() -> store().deleteMany(List.of("a"), asShown))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(store().keys()).containsExactly("a");
  }

  @Test
  default void deleteAll_deletesThePrefixAlone() {
    store("ui", "ui.a", "ui.b", "uix");
    assertThat(store().deleteAll("ui.").keys()).containsExactly("ui.a", "ui.b");
    assertThat(store().has("ui.a")).isFalse();
    assertThat(store().keys()).containsExactly("ui", "uix");
    assertThat(store().deleteAll("ui.").keys()).isEmpty();
  }

  @Test
  default void deleteAll_ofManyKeys_deletesAll() {
    Map<String, Integer> values = new LinkedHashMap<>();
    IntStream.range(0, 1200).forEach(i -> values.put("many/%04d".formatted(i), i));
    store().setMany(values);
    assertThat(store().deleteAll("many/").keys()).containsExactlyElementsOf(values.keySet());
    assertThat(store().keys()).isEmpty();
  }

  @Test
  default void deleteAll_emptyPrefix_needsTheFingerprint() {
    store("a", "b");
    assertThatThrownBy(() -> store().deleteAll(""))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER));
    assertThat(store().keys()).hasSize(2);
    DeleteOptions asShown = DeleteOptions.DEFAULT.ifMatch(fingerprint(""));
    assertThat(store().deleteAll("", asShown).keys()).containsExactly("a", "b");
    assertThat(store().keys()).isEmpty();
  }

  @Test
  default void deleteAll_ifMatch_deletesNothingOnceAnythingHasChanged() {
    store("k.a", "k.b");
    String shown = fingerprint("k.");
    assertThat(fingerprint("k.")).isEqualTo(shown);
    List<Runnable> changes = List.of(
        () -> store().set("k.a", "k.a"),
        () -> store().set("k.c", 1),
        () -> store().delete("k.b"));
    for (Runnable change : changes) {
      DeleteOptions asShown = DeleteOptions.DEFAULT.ifMatch(fingerprint("k."));
      change.run();
      List<String> keys = store().keys();
      assertThatThrownBy(() -> store().deleteAll("k.", asShown))
          .isInstanceOfSatisfying(
              PreconditionFailedException.class,
              e -> assertThat(e.presentEtag()).contains(fingerprint("k.")));
      assertThat(store().keys()).isEqualTo(keys);
    }
    DeleteOptions asShown = DeleteOptions.DEFAULT.ifMatch(fingerprint("k."));
    assertThat(store().deleteAll("k.", asShown).keys()).containsExactly("k.a", "k.c");
  }

  @Test
  default void deleteMany_atomic_deletesAll_orSaysThatItCannotAndDeletesNothing() {
    store("a", "b");
    try {
      assertThat(store()
              .deleteMany(List.of("a", "b"), DeleteOptions.DEFAULT.atomic())
              .keys())
          .containsExactly("a", "b");
      assertThat(store().keys()).isEmpty();
    } catch (AtomicNotSupportedException e) {
      assertThat(store().keys()).containsExactly("a", "b");
    }
  }

  @Test
  default void deleteAll_isHeardOf_keyByKey() {
    store("k.a", "k.b");
    List<String> heard = new CopyOnWriteArrayList<>();
    store()
        .watchAll(
            "",
            KVWatcher.of(
                change -> heard.add(change.kind() + " " + change.key()),
                position -> heard.add("ready")));
    await().untilAsserted(() -> assertThat(heard).containsExactly("ready"));
    store().deleteAll("k.");
    List<String> expected = new ArrayList<>(List.of("ready"));
    List.of("k.a", "k.b").forEach(key -> expected.add(KVChange.Kind.DELETE + " " + key));
    await().untilAsserted(() -> assertThat(heard).containsExactlyInAnyOrderElementsOf(expected));
  }
}
