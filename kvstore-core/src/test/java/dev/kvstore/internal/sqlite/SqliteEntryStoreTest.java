package dev.kvstore.internal.sqlite;

import static dev.kvstore.internal.sqlite.Values.bytes;
import static dev.kvstore.internal.sqlite.Values.int32;
import static dev.kvstore.internal.sqlite.Values.int64;
import static dev.kvstore.internal.sqlite.Values.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.ManualClock;
import dev.kvstore.testing.RawStore;
import dev.kvstore.testing.StoreCounts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteEntryStoreTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir
  Path folder;

  private final ManualClock clock = new ManualClock();
  private SqliteEntryDatabase database;
  private RawStore store;

  @BeforeEach
  void open() {
    database = SqliteEntryDatabase.open(
        folder.resolve("settings.db"),
        SqliteConfig.DEFAULT.clock(clock).timeout(Duration.ofMinutes(1)));
    store = RawStore.of(database.store("settings"));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void write_absent_creates() {
    KVMetadata written = store.write(
        new Write("k", text("v"), WriteOptions.DEFAULT.author("alice").ttl(HOUR)));

    assertThat(written.version()).isEqualTo(1);
    assertThat(written.createdAt()).isEqualTo(clock.instant());
    assertThat(written.updatedAt()).isEqualTo(clock.instant());
    assertThat(written.expiresAt()).contains(clock.instant().plus(HOUR));
    assertThat(store.read("k")).contains(KVEntry.of(text("v"), written));
  }

  @Test
  void write_present_replacesAllButTheCreation() {
    KVMetadata first = store.write(
        new Write("k", text("v"), WriteOptions.DEFAULT.author("alice").ttl(HOUR)));
    clock.advance(Duration.ofSeconds(1));
    KVMetadata second = set("k", text("w"));

    assertThat(second.version()).isEqualTo(2);
    assertThat(second.etag()).isNotEqualTo(first.etag());
    assertThat(second.createdAt()).isEqualTo(first.createdAt());
    assertThat(second.updatedAt()).isEqualTo(clock.instant());
    assertThat(second.updatedBy()).isEmpty();
    assertThat(second.expiresAt()).isEmpty();
    assertThat(store.read("k")).contains(KVEntry.of(text("w"), second));
  }

  @Test
  void write_clockSetBack_isNotUpdatedBeforeItsCreation() {
    KVMetadata first = set("k", text("v"));
    clock.advance(HOUR.negated());
    KVMetadata second =
        store.write(new Write("k", text("w"), WriteOptions.DEFAULT.ttl(Duration.ofMinutes(1))));

    assertThat(second.createdAt()).isEqualTo(first.createdAt());
    assertThat(second.updatedAt()).isEqualTo(first.createdAt());
    assertThat(second.expiresAt()).contains(clock.instant().plusSeconds(60));
  }

  @Test
  void write_expired_createsAnew() {
    KVMetadata first = store.write(new Write("k", text("v"), WriteOptions.DEFAULT.ttl(HOUR)));
    set("k2", text("v"));
    clock.advance(HOUR);
    KVMetadata second = store.write(new Write("k", text("w"), WriteOptions.ifAbsent()));

    assertThat(second.version()).isEqualTo(1);
    assertThat(second.createdAt()).isEqualTo(clock.instant()).isAfter(first.createdAt());
    assertThat(store.read("k")).contains(KVEntry.of(text("w"), second));
  }

  @Test
  void write_deleted_startsAgainAtOne() {
    set("k", text("v"));
    set("k", text("w"));
    store.delete("k", WriteOptions.DEFAULT);

    assertThat(set("k", text("x")).version()).isEqualTo(1);
  }

  @Test
  void write_conditionFails_changesNothingAndTellsTheEtag() {
    KVMetadata present = set("k", text("v"));

    assertThatThrownBy(() -> store.write(new Write("k", text("w"), WriteOptions.ifAbsent())))
        .isInstanceOfSatisfying(
            PreconditionFailedException.class,
            e -> assertThat(e.presentEtag()).contains(present.etag()));
    assertThatThrownBy(() -> store.write(new Write("k", text("w"), WriteOptions.ifMatch("other"))))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(store.read("k")).contains(KVEntry.of(text("v"), present));
  }

  @Test
  void write_refused_tracesTheCaller() {
    assertThatThrownBy(() -> store.write(new Write("k", text("w"), WriteOptions.ifPresent())))
        .satisfies(e -> assertThat(e.getStackTrace())
            .anyMatch(frame -> frame.getClassName().contains("SqliteEntryStoreTest")));
  }

  @Test
  void write_refusedInANewStore_doesNotMakeTheStore() {
    assertThatThrownBy(() -> store.write(new Write("k", text("w"), WriteOptions.ifPresent())))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(store.delete("k", WriteOptions.DEFAULT)).isFalse();

    assertThat(database.storeNames()).isEmpty();
  }

  @Test
  void expired_isAbsentEverywhere() {
    store.write(new Write("k", text("v"), WriteOptions.DEFAULT.ttl(HOUR)));
    String etag = store.read("k").orElseThrow().etag();
    clock.advance(HOUR.minusMillis(1));
    assertThat(store.read("k")).isPresent();
    clock.advance(Duration.ofMillis(1));

    assertThat(store.read("k")).isEmpty();
    assertThat(store.readMany(List.of("k"))).isEmpty();
    assertThat(store.scan(KeyRange.ALL, 10).items()).isEmpty();
    assertThat(store.scanMetadata(KeyRange.ALL, 10).items()).isEmpty();
    assertThat(store.scanKeys(KeyRange.ALL, 10))
        .isEqualTo(new KVPage<>(List.of(), Optional.empty()));
    assertThat(StoreCounts.of(database)).isEqualTo(Map.of("settings", 0L));
    assertThat(store.delete("k", WriteOptions.DEFAULT)).isFalse();
    assertThatThrownBy(() -> store.delete("k", WriteOptions.ifMatch(etag)))
        .isInstanceOfSatisfying(
            PreconditionFailedException.class, e -> assertThat(e.presentEtag()).isEmpty());
    assertThat(store.increment("k", 5, WriteOptions.DEFAULT).value()).isEqualTo(int32(5));
  }

  @Test
  void setDefault_absent_stores() {
    SetDefaultResult<RawValue> defaulted =
        store.setDefault(new Write("k", text("v"), WriteOptions.DEFAULT));

    assertThat(defaulted.stored()).isTrue();
    assertThat(store.read("k")).contains(defaulted.entry());
  }

  @Test
  void setDefault_present_writesNothing() {
    set("k", text("v"));
    KVEntry<RawValue> present = store.read("k").orElseThrow();
    long commits = database.transactions.commits.get();

    SetDefaultResult<RawValue> defaulted =
        store.setDefault(new Write("k", text("w"), WriteOptions.ifPresent()));

    assertThat(defaulted).isEqualTo(new SetDefaultResult<>(present, false));
    assertThat(database.transactions.commits.get()).isEqualTo(commits);
  }

  @Test
  void writeMany_countsCreatedAndReplaced() {
    set("a", text("old"));
    BatchResult result = store.writeMany(
        Map.of("a", int32(1), "b", int32(2)),
        BatchOptions.DEFAULT.atomic().author("bob").ttl(HOUR));

    assertThat(result).isEqualTo(new BatchResult(1, 1));
    assertThat(store.readMany(List.of("b", "a", "none", "a")))
        .extracting(KVEntry::key)
        .containsExactlyInAnyOrder("a", "b");
    assertThat(store.read("b").orElseThrow().updatedBy()).contains("bob");
    assertThat(store.read("b").orElseThrow().expiresAt())
        .contains(clock.instant().plus(HOUR));
  }

  @Test
  void writeMany_isOneTransaction() {
    long commits = database.transactions.commits.get();
    store.writeMany(Map.of("a", int32(1), "b", int32(2), "c", int32(3)), BatchOptions.DEFAULT);

    assertThat(database.transactions.commits.get()).isEqualTo(commits + 1);
  }

  @Test
  void readMany_moreThanAStatementHasVariables_findsAll() {
    Map<String, RawValue> values = new LinkedHashMap<>();
    IntStream.range(0, 40_000).forEach(i -> values.put("key" + i, int32(i)));
    store.writeMany(values, BatchOptions.DEFAULT);

    assertThat(store.readMany(values.keySet()))
        .hasSize(values.size())
        .allMatch(entry -> Objects.equals(entry.value(), values.get(entry.key())));
  }

  @Test
  void increment_absent_countsFromZero() {
    KVEntry<RawValue> entry = store.increment("n", 3, WriteOptions.DEFAULT.ttl(HOUR));

    assertThat(entry.value()).isEqualTo(int32(3));
    assertThat(entry.version()).isEqualTo(1);
    assertThat(entry.expiresAt()).contains(clock.instant().plus(HOUR));
  }

  @Test
  void increment_present_keepsTheExpiry() {
    store.increment("n", 3, WriteOptions.DEFAULT.ttl(HOUR));
    KVEntry<RawValue> entry = store.increment("n", -5, WriteOptions.DEFAULT.author("bob"));

    assertThat(entry.value()).isEqualTo(int32(-2));
    assertThat(entry.version()).isEqualTo(2);
    assertThat(entry.expiresAt()).contains(clock.instant().plus(HOUR));
    assertThat(entry.updatedBy()).contains("bob");
    assertThat(store.read("n")).contains(entry);
  }

  @Test
  void increment_pastInt32_becomesInt64AndStaysOne() {
    set("n", int32(Integer.MAX_VALUE));

    assertThat(store.increment("n", 1, WriteOptions.DEFAULT).value()).isEqualTo(int64(1L << 31));
    assertThat(store.increment("n", -1, WriteOptions.DEFAULT).value())
        .isEqualTo(int64(Integer.MAX_VALUE));
  }

  @Test
  void increment_notAWholeNumberOrPastInt64_changesNothing() {
    set("t", text("7"));
    set("n", int64(Long.MAX_VALUE));

    assertThatThrownBy(() -> store.increment("t", 1, WriteOptions.DEFAULT))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessage("Key 't' holds string, which cannot be read as a whole number");
    assertThatThrownBy(() -> store.increment("n", 1, WriteOptions.DEFAULT))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("the sum does not fit into 64 bits");
    assertThat(store.read("n").orElseThrow().version()).isEqualTo(1);
  }

  @Test
  void increment_conditionFails_changesNothing() {
    assertThatThrownBy(() -> store.increment("n", 1, WriteOptions.ifPresent()))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(store.read("n")).isEmpty();
  }

  @Test
  void delete_conditionFails_keepsTheEntry() {
    KVMetadata present = set("k", text("v"));

    assertThatThrownBy(() -> store.delete("k", WriteOptions.ifMatch("other")))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(store.delete("k", WriteOptions.ifMatch(present.etag()))).isTrue();
    assertThat(store.read("k")).isEmpty();
  }

  @Test
  void all_entryExpiresMeanwhile_isCheckedAtOneInstant() {
    KVMetadata lasting = set("lasting", int32(1));
    KVMetadata expiring = store.write(
        new Write("expiring", int32(1), WriteOptions.DEFAULT.ttl(Duration.ofSeconds(1))));
    EntryTable table = new EntryTable(
        database.table.statements(), database.changes, database.history, new RunningClock());
    List<Mutation<?>> parts = List.of(
        new Mutation.Put(new Write("lasting", int32(2), WriteOptions.ifMatch(lasting.etag()))),
        new Mutation.Delete("expiring", WriteOptions.ifMatch(expiring.etag())));

    assertThat(database.writer.write(0, () -> table.all("settings", parts)))
        .containsExactly(true, true);
    assertThat(store.scanKeys(KeyRange.ALL, 10).items()).containsExactly("lasting");
  }

  @Test
  void writeMany_isOfOneInstant() {
    EntryTable table = new EntryTable(
        database.table.statements(), database.changes, database.history, new RunningClock());
    database.writer.write(
        0,
        () -> table.writeMany(
            "settings", Map.of("a", int32(1), "b", int32(2)), BatchOptions.DEFAULT));
    assertThat(
            store.readMany(List.of("a", "b")).stream().map(KVEntry::updatedAt).distinct())
        .hasSize(1);
  }

  /** Moves on at each look at it. */
  private final class RunningClock extends Clock {
    @Override
    public Instant instant() {
      clock.advance(Duration.ofMillis(400));
      return clock.instant();
    }

    @Override
    public ZoneId getZone() {
      return clock.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return clock.withZone(zone);
    }
  }

  @Test
  void scan_ordersByBytesOfUtf8() {
    List<String> keys = new ArrayList<>(List.of(
        "a",
        "Z",
        "a/b",
        "a b",
        "ä",
        "é",
        "e\u0301",
        "\uFF5E",
        "\uE000",
        "\uD7FF",
        "\uFFFD",
        "😀",
        "𝒳",
        "\uDBFF\uDFFD",
        "\u05D0",
        "a\uFFFF",
        "a😀"));
    keys.forEach(key -> set(key, text(key)));
    keys.sort((a, b) -> Arrays.compareUnsigned(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));

    assertThat(store.scanKeys(KeyRange.ALL, 100).items()).containsExactlyElementsOf(keys);
    assertThat(store.scan(KeyRange.ALL, 100).items())
        .allMatch(entry -> Objects.equals(entry.value(), text(entry.key())));
    assertThat(allKeysByPagesOf(1)).containsExactlyElementsOf(keys);
    assertThat(allKeysByPagesOf(5)).containsExactlyElementsOf(keys);
  }

  @Test
  void scan_prefix_findsJustItsKeys() {
    List.of(
            "a",
            "app",
            "app.",
            "app.x",
            "app.\uDBFF\uDFFF",
            "app/",
            "b",
            "\uDBFF\uDFFF",
            "\uDBFF\uDFFFx")
        .forEach(key -> set(key, text("v")));

    assertThat(keys("app.", null)).containsExactly("app.", "app.x", "app.\uDBFF\uDFFF");
    assertThat(keys("app.", "app.")).containsExactly("app.x", "app.\uDBFF\uDFFF");
    assertThat(keys("app.", "app.m")).containsExactly("app.x", "app.\uDBFF\uDFFF");
    assertThat(keys("app.", "a")).containsExactly("app.", "app.x", "app.\uDBFF\uDFFF");
    assertThat(keys("app.", "b")).isEmpty();
    assertThat(keys("\uDBFF\uDFFF", null)).containsExactly("\uDBFF\uDFFF", "\uDBFF\uDFFFx");
    assertThat(keys("%", null)).isEmpty();
  }

  @Test
  void scan_exactlyTheLimit_isTheLastPage() {
    List.of("a", "b", "c").forEach(key -> set(key, text("v")));

    assertThat(store.scanKeys(KeyRange.ALL, 3))
        .isEqualTo(new KVPage<>(List.of("a", "b", "c"), Optional.empty()));
    assertThat(store.scanKeys(KeyRange.ALL, 2))
        .isEqualTo(new KVPage<>(List.of("a", "b"), Optional.of("b")));
    assertThat(store.scanMetadata(KeyRange.ALL, 2).next()).contains("b");
  }

  @Test
  void scan_largeValues_makesSmallerPages() {
    for (int i = 0; i < 10; i++) {
      set("k" + i, bytes(1024 * 1024));
    }
    KVPage<KVEntry<RawValue>> first = store.scan(KeyRange.ALL, 100);
    KVPage<KVEntry<RawValue>> second =
        store.scan(KeyRange.ALL.after(first.next().orElseThrow()), 100);
    KVPage<KVEntry<RawValue>> third =
        store.scan(KeyRange.ALL.after(second.next().orElseThrow()), 100);

    assertThat(first.items()).hasSize(4);
    assertThat(second.items()).hasSize(4);
    assertThat(third.items()).extracting(KVEntry::key).containsExactly("k8", "k9");
    assertThat(third.next()).isEmpty();
    assertThat(store.scanKeys(KeyRange.ALL, 100).items()).hasSize(10);
  }

  @Test
  void scan_otherStores_areNotSeen() {
    set("k", text("v"));
    RawStore.of(database.store("other")).write(new Write("k2", text("w"), WriteOptions.DEFAULT));

    assertThat(store.scanKeys(KeyRange.ALL, 10).items()).containsExactly("k");
    assertThat(RawStore.of(database.store("other")).read("k")).isEmpty();
    assertThat(RawStore.of(database.store("none")).scanKeys(KeyRange.ALL, 10).items())
        .isEmpty();
    assertThat(StoreCounts.of(database)).isEqualTo(Map.of("other", 1L, "settings", 1L));
  }

  @Test
  void author_anyCharacters_comesBack() {
    String author = "ä 😀 \uFFFF '\"; DROP TABLE entries; --";
    store.write(new Write("k", text("v"), WriteOptions.DEFAULT.author(author)));

    assertThat(store.read("k").orElseThrow().updatedBy()).contains(author);
  }

  @Test
  void close_ofOneStore_leavesTheOthers() {
    store.close();
    store.close();

    assertThatThrownBy(() -> store.read("k"))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
    assertThatThrownBy(() -> set("k", text("v")))
        .hasMessage("The store 'settings' has been closed");
    assertThat(RawStore.of(database.store("settings")).read("k")).isEmpty();
  }

  private KVMetadata set(String key, RawValue value) {
    return store.write(new Write(key, value, WriteOptions.DEFAULT));
  }

  private List<String> keys(String prefix, @Nullable String after) {
    return store.scanKeys(new KeyRange(prefix, after), 100).items();
  }

  private List<String> allKeysByPagesOf(int limit) {
    List<String> keys = new ArrayList<>();
    KVPage<String> page = store.scanKeys(KeyRange.ALL, limit);
    keys.addAll(page.items());
    while (page.next().isPresent()) {
      page = store.scanKeys(KeyRange.ALL.after(page.next().get()), limit);
      keys.addAll(page.items());
    }
    return keys;
  }
}
