package dev.kvstore.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.NearCacheSettings;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.NearCacheView;
import dev.kvstore.spi.Write;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreStackTest {
  @Test
  void store_isTheSameObject_untilManyOthersWereAskedFor(@TempDir Path folder) {
    try (StoreStack stack = open(folder)) {
      assertThat(stack.store("app")).isSameAs(stack.store("app"));

      for (int i = 0; i < 2 * StoreStack.MOST_STORES; i++) {
        stack.store("s" + i);
      }
      assertThat(stack.size()).isLessThanOrEqualTo(StoreStack.MOST_STORES);
    }
  }

  @Test
  void lastKnownGood_liesOverTheNearCache_andStoresWithItAreKept(@TempDir Path folder) {
    Layers layers = new Layers(
        Optional.of(NearCacheSettings.DEFAULT),
        true,
        InstantSource.system(),
        Optional.of(TopLayer::new));
    SqliteEntryDatabase database = SqliteEntryDatabase.open(folder.resolve("test.db"));
    try (StoreStack stack = StoreStack.over("test", database, layers)) {
      EntryStore store = stack.store("app");
      assertThat(store).isInstanceOf(TopLayer.class);
      assertThat(store.capability(NearCacheView.class)).isPresent();

      for (int i = 0; i <= StoreStack.MOST_STORES; i++) {
        stack.store("s" + i);
      }
      assertThat(stack.store("app")).isSameAs(store);
    }
  }

  private static final class TopLayer extends ForwardingEntryStore {
    TopLayer(EntryStore store) {
      super(store);
    }
  }

  @Test
  void sizes_areThoseOfTheBackEnd(@TempDir Path folder) {
    try (StoreStack stack = open(folder)) {
      Write write = new Write("k", BsonValues.ofNumber(1, false), WriteOptions.DEFAULT);
      stack.store("app").apply(new Mutation.Put(write));

      assertThat(stack.sizes(10)).singleElement().satisfies(size -> {
        assertThat(size.name()).isEqualTo("app");
        assertThat(size.entries()).isOne();
      });
    }
  }

  private static StoreStack open(Path folder) {
    return StoreStack.over(
        "test", SqliteEntryDatabase.open(folder.resolve("test.db")), Layers.NONE);
  }
}
