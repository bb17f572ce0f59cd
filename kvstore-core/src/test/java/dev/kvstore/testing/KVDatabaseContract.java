package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVException;
import dev.kvstore.KVHealth;
import dev.kvstore.KVStore;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract of a database for applications. */
public abstract class KVDatabaseContract {
  private KVDatabase database;

  /** Opens a database without any store. */
  protected abstract KVDatabase open();

  @BeforeEach
  final void openDatabase() {
    database = open();
  }

  @AfterEach
  final void closeDatabase() {
    database.close();
  }

  @Test
  final void stores_areThoseThatWereWritten() {
    database.store("b").setMany(Map.of("k", 1, "l", 2));
    database.store("a").set("k", 2);
    database.store("never-written");

    assertThat(database.stores()).containsExactly("a", "b");
    assertThat(database.entryCounts()).containsExactly(Map.entry("a", 1L), Map.entry("b", 2L));
  }

  @Test
  final void drop_deletesOneStore() {
    KVStore dropped = database.store("b");
    dropped.set("k", 1);
    database.store("a").set("k", 2);
    assertThat(dropped.get("k", Integer.class)).isEqualTo(1);

    assertThat(database.drop("b")).isTrue();
    assertThat(database.drop("b")).isFalse();

    assertThat(database.stores()).containsExactly("a");
    assertThat(dropped.has("k")).isFalse();
    assertThat(database.store("b").has("k")).isFalse();
    assertThat(database.store("a").get("k", Integer.class)).isEqualTo(2);
  }

  @Test
  final void close_ofOneStore_leavesTheOthersAndTheDatabase() {
    KVStore one = database.store("app");
    KVStore other = database.store("app");
    one.set("k", 1);
    one.close();
    one.close();

    assertClosed(() -> one.get("k", Integer.class));
    assertClosed(() -> one.set("k", 2));
    assertThat(other.get("k", Integer.class)).isEqualTo(1);
    assertThat(database.store("app").get("k", Integer.class)).isEqualTo(1);
  }

  @Test
  final void close_closesTheStores() {
    KVStore store = database.store("app");
    store.set("k", 1);
    database.close();
    database.close();

    assertClosed(() -> store.get("k", Integer.class));
    assertClosed(() -> store.set("k", 2));
    assertClosed(() -> database.stores());
    assertClosed(() -> database.entryCounts());
    assertClosed(() -> database.drop("app"));
  }

  @Test
  final void health_saysWhetherTheDatabaseAnswers() {
    KVHealth open = database.health();
    assertThat(open.isAvailable()).isTrue();
    assertThat(open.problem()).isEmpty();

    database.close();
    KVHealth closed = database.health();
    assertThat(closed.isAvailable()).isFalse();
    assertThat(closed.problem()).isPresent();
  }

  @Test
  final void illegalStoreName_isRefused() {
    for (String name : List.of("", "_tokens", "a/b")) {
      assertThatThrownBy(() -> database.store(name)).isInstanceOf(InvalidInputException.class);
      assertThatThrownBy(() -> database.drop(name)).isInstanceOf(InvalidInputException.class);
    }
  }

  private static void assertClosed(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
  }
}
