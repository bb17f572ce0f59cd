package dev.kvstore.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.WriteOptions;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.Write;
import dev.kvstore.sqlite.SqliteEntryDatabase;
import dev.kvstore.testing.RawStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PooledDatabaseTest {
  @Test
  void store_isOpenedOnce_andOnlySoManyAreKept(@TempDir Path folder) {
    try (EntryDatabase database = SqliteEntryDatabase.open(folder.resolve("test.db"));
        PooledDatabase pooled = new PooledDatabase(database)) {
      assertThat(pooled.store("app")).isSameAs(pooled.store("app"));

      for (int i = 0; i < 2 * PooledDatabase.MOST_STORES; i++) {
        pooled.store("s" + i);
      }
      assertThat(pooled.size()).isEqualTo(PooledDatabase.MOST_STORES);
    }
  }

  @Test
  void sizes_areThoseOfTheDatabase(@TempDir Path folder) {
    try (EntryDatabase database = SqliteEntryDatabase.open(folder.resolve("test.db"));
        PooledDatabase pooled = new PooledDatabase(database)) {
      RawStore.of(database.store("app"))
          .write(new Write("k", BsonValues.ofNumber(1, false), WriteOptions.DEFAULT));

      assertThat(pooled.sizes(10)).hasSize(1).isEqualTo(database.sizes(10));
    }
  }
}
