package dev.kvstore.internal.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVQuery;
import dev.kvstore.KVStore;
import dev.kvstore.KVType;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the freshness of reads of the store and its items. */
class FreshnessTest {
  private static final ReadOptions FRESH = ReadOptions.atLeast(new SyncToken(1)).bypassingCache();
  private static final KVType<Integer> TYPE = KVType.of(Integer.class);

  private SqliteEntryDatabase database;
  private Recording entries;
  private KVStore store;

  /** Records the options of reads, and returns an old entry if a cache could. */
  private static final class Recording extends ForwardingEntryStore {
    final List<ReadOptions> demanded = new ArrayList<>();

    @Nullable
    List<KVEntry<RawValue>> cached;

    Recording(EntryStore store) {
      super(store);
    }

    @Override
    public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
      demanded.add(options);
      return cached == null || options.bypassCache() ? super.find(keys, options) : cached;
    }

    @Override
    public <T> KVPage<T> scan(
        KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
      demanded.add(options);
      return super.scan(range, projection, limit, options);
    }
  }

  @BeforeEach
  void open(@TempDir Path folder) {
    database = SqliteEntryDatabase.open(folder.resolve("test.db"));
    entries = new Recording(database.store("s"));
    store = TypedKVStore.over(entries, BsonCodec.create(), database::close);
  }

  @AfterEach
  void close() {
    store.close();
  }

  static List<Consumer<KVStore>> reads() {
    return List.of(
        store -> store.get("k", Integer.class, FRESH),
        store -> store.get("k", TYPE, FRESH),
        store -> store.find("k", Integer.class, FRESH),
        store -> store.find("k", TYPE, FRESH),
        store -> store.getOrDefault("k", TYPE, 1, FRESH),
        store -> store.entry("k", Integer.class, FRESH),
        store -> store.entry("k", TYPE, FRESH),
        store -> store.findEntry("k", Integer.class, FRESH),
        store -> store.findEntry("k", TYPE, FRESH),
        store -> store.has("k", FRESH),
        store -> store.getMany(List.of("k"), Integer.class, FRESH),
        store -> store.getMany(List.of("k"), TYPE, FRESH),
        store -> store.getAll("", Integer.class, FRESH),
        store -> store.getAll("", TYPE, FRESH),
        store -> store.keys("", FRESH),
        store -> store.keys(KVQuery.ALL, FRESH),
        store -> store.entries(KVQuery.ALL, TYPE, FRESH),
        store -> store.item("k", TYPE).get(FRESH),
        store -> store.item("k", TYPE).find(FRESH),
        store -> store.item("k", TYPE).entry(FRESH),
        store -> store.item("k", TYPE).has(FRESH));
  }

  @ParameterizedTest
  @MethodSource("reads")
  void read_demandsWhatTheOptionsSay(Consumer<KVStore> read) {
    store.set("k", 1);
    read.accept(store);
    assertThat(entries.demanded).containsExactly(FRESH);
  }

  @Test
  void update_cacheThatIsBehind_doesNotRefuseIt() {
    store.set("k", 1);
    entries.cached = entries.find(List.of("k"), FRESH);
    KVMetadata second = store.set("k", 2);
    WriteOptions ifSecond = WriteOptions.ifMatch(second.etag());

    assertThat(store.update("k", TYPE, n -> n * 10, ifSecond)).isEqualTo(20);
    assertThatThrownBy(() -> store.update("k", TYPE, n -> n * 10, ifSecond))
        .isInstanceOf(PreconditionFailedException.class);
  }

  @Test
  void update_cacheThatKnowsOfNoEntry_findsIt() {
    entries.cached = List.of();
    store.set("k", 1);

    assertThat(store.update("k", TYPE, n -> n + 1)).isEqualTo(2);
  }
}
