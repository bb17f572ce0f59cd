package dev.kvstore.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.CopyOptions;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVItem;
import dev.kvstore.KVStore;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.testing.NotedMutations;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a layer sees each write as one mutation. */
class MutationsTest {
  /** Settings to bind. */
  record Limits(int most) {}

  @TempDir
  private Path folder;

  private SqliteEntryDatabase file;
  private NotedMutations mutations;
  private KVDatabase database;
  private KVStore store;

  @BeforeEach
  void open() {
    file = SqliteEntryDatabase.open(folder.resolve("test.db"));
    mutations = new NotedMutations(file);
    StoreStack.Layers cached =
        StoreStack.Layers.cached(NearCacheSettings.DEFAULT, InstantSource.system());
    database = new TypedDatabase(StoreStack.over("test", mutations, cached), BsonCodec.create());
    store = database.store("app");
  }

  @AfterEach
  void close() {
    database.close();
    file.close();
  }

  private void writes(Runnable write, String... kinds) {
    write.run();
    assertThat(mutations.take()).isEqualTo(List.of(kinds));
  }

  @Test
  void ofStore() {
    writes(() -> store.set("k", 1), "Put");
    writes(() -> store.update("k", Integer.class, n -> n + 1), "Put");
    writes(() -> store.increment("k"), "Add");
    writes(() -> store.setMany(Map.of("a", 1, "b", 2)), "Batch");
    writes(() -> store.setDefault("new", 1), "Put");
    writes(() -> store.setDefault("new", 2));
    writes(() -> store.delete("k"), "Delete");
    writes(() -> store.deleteMany(List.of("a")), "DeleteMany");
    writes(() -> store.copyAll("n", database.store("other")), "All");
    writes(() -> store.copyAll("n", store, CopyOptions.DEFAULT.toPrefix("m").moving()), "All");
    writes(() -> store.deleteAll("b"), "DeleteMany");
  }

  @Test
  void ofItem() {
    KVItem<Integer> item = store.item("k", Integer.class).withDefault(1);
    writes(() -> item.set(1), "Put");
    writes(() -> item.update(n -> n + 1), "Put");
    writes(() -> item.compareAndSet(item.entry().orElseThrow().etag(), 5), "Put");
    writes(item::delete, "Delete");
    writes(item::setDefault, "Put");
  }

  @Test
  void ofBinding_isNone() {
    store.set("limits.most", 3);
    mutations.take();
    writes(() -> assertThat(store.bind("limits", Limits.class).current()).isEqualTo(new Limits(3)));
  }
}
