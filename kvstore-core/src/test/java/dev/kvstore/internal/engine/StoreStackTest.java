package dev.kvstore.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.WriteOptions;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Write;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreStackTest {
  @Test
  void store_isTheSameObject_amongTheLatest(@TempDir Path folder) {
    try (StoreStack stack = open(folder)) {
      assertThat(stack.store("app")).isSameAs(stack.store("app"));

      for (int i = 0; i < 2 * StoreStack.MOST_STORES; i++) {
        stack.store("s" + i);
      }
      assertThat(stack.size()).isEqualTo(StoreStack.MOST_STORES);
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
