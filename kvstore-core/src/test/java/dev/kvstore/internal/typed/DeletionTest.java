package dev.kvstore.internal.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.DeleteOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Write;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeletionTest {
  @TempDir
  private Path folder;

  private SqliteEntryDatabase database;

  /** Called before a deletion of many entries reaches the store. */
  private Runnable beforeDeletion = () -> {};

  @BeforeEach
  void open() {
    database = SqliteEntryDatabase.open(folder.resolve("test.db"));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private KVStore store() {
    EntryStore hooked = new ForwardingEntryStore(database.store("settings")) {
      @Override
      public <R> R apply(Mutation<R> mutation) {
        if (mutation instanceof Mutation.DeleteMany) {
          beforeDeletion.run();
        }
        return super.apply(mutation);
      }
    };
    return TypedKVStore.over(hooked, BsonCodec.create());
  }

  @Test
  void secondPartFails_theErrorDoesNotSayThatNothingWasDone() {
    KVStore store = store();
    List<String> keys = IntStream.range(0, 1001).mapToObj("k%04d"::formatted).toList();
    keys.forEach(key -> database
        .store("settings")
        .apply(
            new Mutation.Put(new Write(key, BsonCodec.create().encode(1), WriteOptions.DEFAULT))));
    int[] parts = {0};
    beforeDeletion = () -> {
      if (parts[0]++ == 1) {
        throw new KVException(ErrorCode.FORBIDDEN, "Refused");
      }
    };
    assertThatThrownBy(() -> store.deleteMany(keys))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessage("Only 1000 of 1001 entries were deleted. Refused");
    assertThat(store.keys()).containsExactly("k1000");
  }

  @Test
  void fingerprint_doesNotDependOnTheOrderOfTheKeys() {
    KVStore store = store();
    store.set("a", 1);
    store.set("b", 2);
    String shown = store
        .deleteMany(List.of("a", "b"), DeleteOptions.DEFAULT.dryRun())
        .fingerprint()
        .orElseThrow();
    assertThat(store
            .deleteMany(List.of("b", "a"), DeleteOptions.DEFAULT.ifMatch(shown))
            .keys())
        .containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void entryChangesAtTheLastMoment_theErrorIsThatOfManyKeys() {
    KVStore store = store();
    store.set("a", 1);
    String shown =
        store.deleteAll("a", DeleteOptions.DEFAULT.dryRun()).fingerprint().orElseThrow();
    beforeDeletion = () -> store.set("a", 2);
    assertThatThrownBy(() -> store.deleteAll("a", DeleteOptions.DEFAULT.ifMatch(shown)))
        .isInstanceOfSatisfying(PreconditionFailedException.class, e -> {
          assertThat(e.key()).isEmpty();
          assertThat(e.presentEtag()).isEmpty();
        });
    assertThat(store.has("a")).isTrue();
  }
}
