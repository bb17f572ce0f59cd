package dev.kvstore.internal.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.ChangeReport;
import dev.kvstore.CopyOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVStore;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.Mutation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyTest {
  private static final CopyOptions MOVING = CopyOptions.DEFAULT.moving();

  private SqliteEntryDatabase database;
  private KVStore from;
  private KVStore to;

  /** Called with each mutation before it reaches a store. */
  private Consumer<Mutation<?>> before = mutation -> {};

  @BeforeEach
  void open(@TempDir Path folder) {
    database = SqliteEntryDatabase.open(folder.resolve("test.db"));
    from = hooked("from");
    to = hooked("to");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private KVStore hooked(String name) {
    EntryStore hooked = new ForwardingEntryStore(database.store(name)) {
      @Override
      public <R> R apply(Mutation<R> mutation) {
        before.accept(mutation);
        return super.apply(mutation);
      }
    };
    return TypedKVStore.over(hooked, BsonCodec.create());
  }

  private KVStore plain(String name) {
    return TypedKVStore.over(database.store(name), BsonCodec.create());
  }

  /** Does this before the first mutation of that kind. */
  private void beforeThe(Class<?> kind, Runnable action) {
    boolean[] done = {false};
    before = mutation -> {
      if (kind.isInstance(mutation) && !done[0]) {
        done[0] = true;
        action.run();
      }
    };
  }

  private void withoutTransactions(Consumer<Mutation<?>> otherwise) {
    before = mutation -> {
      if (mutation instanceof Mutation.All) {
        throw new AtomicNotSupportedException("No transactions");
      }
      otherwise.accept(mutation);
    };
  }

  @Test
  void targetChangesAtTheLastMoment_itIsPlannedAgain_unlessADryRunIsMeant() {
    from.setMany(Map.of("a", 1, "b", 2));
    beforeThe(Mutation.All.class, () -> plain("to").set("a", 1));
    ChangeReport report = from.copyAll("", to);
    assertThat(report.created()).isEqualTo(1);
    assertThat(report.unchanged()).isEqualTo(1);

    from.set("c", 3);
    String shown =
        from.copyAll("", to, CopyOptions.DEFAULT.dryRun()).fingerprint().orElseThrow();
    beforeThe(Mutation.All.class, () -> plain("to").set("c", 9));
    assertThatThrownBy(() -> from.copyAll("", to, CopyOptions.DEFAULT.ifMatch(shown)))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(to.get("c", Integer.class)).isEqualTo(9);
  }

  @Test
  void sourceChangesAfterItWasCopied_itStays() {
    from.setMany(Map.of("a", 1, "b", 2));
    beforeThe(Mutation.DeleteMany.class, () -> plain("from").set("a", 9));
    ChangeReport report = from.copyAll("", to, MOVING);
    assertThat(report.created()).isEqualTo(2);
    assertThat(report.deleted()).isEqualTo(1);
    assertThat(report.failed()).isEqualTo(1);
    assertThat(from.getAll("", Integer.class)).isEqualTo(Map.of("a", 9));
    assertThat(to.getAll("", Integer.class)).isEqualTo(Map.of("a", 1, "b", 2));
  }

  @Test
  void withoutTransactions_whatFailsIsNotDeleted() {
    from.setMany(Map.of("a", 1, "b", 2));
    for (KVStore target : List.of(to, from)) {
      plain("from").setMany(Map.of("a", 1, "b", 2));
      boolean[] done = {false};
      withoutTransactions(mutation -> {
        if (!done[0]) {
          done[0] = true;
          plain(target.name()).set("x.a", 9);
        }
      });
      ChangeReport report = from.copyAll("", target, MOVING.toPrefix("x."));
      assertThat(report.items())
          .extracting(item -> item.change().text() + " " + item.key())
          .containsExactly("failed x.a", "created x.b", "failed a", "deleted b");
      assertThat(from.keys()).contains("a").doesNotContain("b");
      before = mutation -> {};
      from.delete("x.a");
      from.delete("x.b");
    }
  }

  @Test
  void partFails_theErrorDoesNotSayThatNothingWasDone() {
    from.setMany(Map.of("a", 1, "b", 2));
    List<Mutation<?>> puts = new ArrayList<>();
    withoutTransactions(mutation -> {
      puts.add(mutation);
      if (puts.size() == 2) {
        throw new UnavailableException("Away", null);
      }
    });
    assertThatThrownBy(() -> from.copyAll("", to))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("1 of 2");

    before = mutation -> {
      if (mutation instanceof Mutation.DeleteMany) {
        throw new UnavailableException("Away", null);
      }
    };
    assertThatThrownBy(() -> from.copyAll("", to, MOVING))
        .isInstanceOf(OutcomeUnknownException.class);
    before = mutation -> {};
    ChangeReport again = from.copyAll("", to, MOVING);
    assertThat(again.unchanged()).isEqualTo(2);
    assertThat(again.deleted()).isEqualTo(2);
  }

  @Test
  void tooManyChanges_areRefused_sameOnesDoNotCount() {
    Map<String, Integer> values = new HashMap<>();
    IntStream.range(0, 10_001).forEach(i -> values.put("k" + i, i));
    from.setMany(values);
    assertThatThrownBy(() -> from.copyAll("", to))
        .isInstanceOfSatisfying(
            InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    assertThat(to.keys()).isEmpty();
    to.setMany(values);
    to.delete("k7");
    assertThat(from.copyAll("", to).created()).isEqualTo(1);
  }

  @Test
  void otherDatabase_isReached(@TempDir Path folder) {
    try (SqliteEntryDatabase other = SqliteEntryDatabase.open(folder.resolve("other.db"))) {
      KVStore sameName = TypedKVStore.over(other.store("from"), BsonCodec.create());
      from.set("a", 1);
      assertThat(from.copyAll("", sameName, MOVING).deleted()).isEqualTo(1);
      assertThat(from.has("a")).isFalse();
      assertThat(sameName.get("a", Integer.class)).isEqualTo(1);
    }
  }
}
