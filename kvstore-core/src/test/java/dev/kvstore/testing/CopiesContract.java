package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ChangeReport;
import dev.kvstore.CopyOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVDifferences;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVQuery;
import dev.kvstore.KVRevision;
import dev.kvstore.KVStore;
import dev.kvstore.KVType;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.RevisionSource;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.RawValue;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What is promised of copies and differences between the stores of a database with a history. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class CopiesContract {
  private static final KVType<Object> ANY = KVType.of(Object.class);

  @SuppressWarnings("NullAway.Init")
  private KVDatabase database;

  private int tests;

  @SuppressWarnings("NullAway.Init")
  private KVStore from;

  @SuppressWarnings("NullAway.Init")
  private KVStore to;

  /** Opens a database with a history. */
  protected abstract KVDatabase open(Path folder);

  @BeforeAll
  final void openDatabase(@TempDir Path folder) {
    database = open(folder);
  }

  @AfterAll
  final void closeDatabase() {
    database.close();
  }

  @BeforeEach
  final void openStores() {
    from = database.store("from" + tests);
    to = database.store("to" + tests++);
  }

  private static List<String> changes(ChangeReport report) {
    return report.items().stream()
        .map(item -> item.change().text() + " " + item.key() + " " + item.from().orElse("-") + " "
            + item.to().orElse("-"))
        .toList();
  }

  private static List<Long> counts(ChangeReport report) {
    return List.of(
        report.created(), report.changed(), report.unchanged(), report.deleted(), report.failed());
  }

  private static KVRevision<Object> latest(KVStore store, String key) {
    return store.history().revisions(key, Object.class).items().get(0);
  }

  private static String fingerprint(ChangeReport report) {
    return report.fingerprint().orElseThrow();
  }

  @Test
  final void copyAll_keepsTypesAndExpiries_andWritesNothingTwice() {
    from.set("ui.date", Instant.EPOCH);
    from.set("ui.rate", new BigDecimal("12.50"));
    from.set("ui.long", 5L, WriteOptions.DEFAULT.ttl(Duration.ofHours(1)));
    from.set("uix", 1);
    to.set("ui.long", 5);
    to.set("ui.own", 1);

    CopyOptions options = CopyOptions.DEFAULT.author("ann").comment("to production");
    ChangeReport report = from.copyAll("ui.", to, options);

    assertThat(counts(report)).isEqualTo(List.of(2L, 1L, 0L, 0L, 0L));
    assertThat(to.keys()).containsExactly("ui.date", "ui.long", "ui.own", "ui.rate");
    for (String key : from.keys("ui.")) {
      KVEntry<RawValue> original = from.entry(key, RawValue.TYPE);
      KVEntry<RawValue> copy = to.entry(key, RawValue.TYPE);
      assertThat(copy.value()).as(key).isEqualTo(original.value());
      assertThat(copy.metadata().expiresAt())
          .as(key)
          .isEqualTo(original.metadata().expiresAt());
      assertThat(copy.updatedBy()).contains("ann");
      KVRevision<Object> revision = latest(to, key);
      assertThat(revision.operation().text()).isEqualTo("copy");
      assertThat(revision.comment()).contains("to production");
      assertThat(revision.from())
          .contains(new RevisionSource(
              Optional.of(from.name()),
              Optional.of(key),
              Optional.of(original.version()),
              Optional.of(original.etag())));
    }
    KVMetadata before = to.entry("ui.rate", ANY).metadata();
    assertThat(counts(from.copyAll("ui.", to))).isEqualTo(List.of(0L, 0L, 3L, 0L, 0L));
    assertThat(to.entry("ui.rate", ANY).metadata()).isEqualTo(before);
  }

  @Test
  final void copyMany_putsThePrefixBeforeTheKeys_andLeavesOutAbsentOnes() {
    from.setMany(Map.of("a", 1, "b", 2, "c", 3));
    ChangeReport report =
        from.copyMany(List.of("b", "none", "a", "b"), to, CopyOptions.DEFAULT.toPrefix("x/"));
    assertThat(changes(report)).containsExactly("created x/a - 1", "created x/b - 2");
    assertThat(to.getAll("", Integer.class)).isEqualTo(Map.of("x/a", 1, "x/b", 2));
    assertThat(counts(from.copyMany(List.of(), to))).isEqualTo(List.of(0L, 0L, 0L, 0L, 0L));
  }

  @Test
  final void defaults_keepsWhatIsThere() {
    from.setMany(Map.of("a", 1, "b", 2));
    to.set("a", 9);
    ChangeReport report = from.copyAll("", to, CopyOptions.DEFAULT.defaults());
    assertThat(counts(report)).isEqualTo(List.of(1L, 0L, 1L, 0L, 0L));
    assertThat(to.getAll("", Integer.class)).isEqualTo(Map.of("a", 9, "b", 2));
  }

  @Test
  final void moving_deletesWhatHasArrived() {
    from.setMany(Map.of("a", 1, "b", 2, "same", 3));
    to.setMany(Map.of("b", 9, "same", 3));
    CopyOptions options = CopyOptions.DEFAULT.moving().defaults().comment("moved");
    ChangeReport dry = from.copyAll("", to, options.dryRun());
    assertThat(from.keys()).hasSize(3);
    ChangeReport done = from.copyAll("", to, options.ifMatch(fingerprint(dry)));

    assertThat(counts(done)).isEqualTo(List.of(1L, 0L, 2L, 2L, 0L)).isEqualTo(counts(dry));
    assertThat(changes(done))
        .containsExactly("created a - 1", "deleted a 1 -", "deleted same 3 -")
        .isEqualTo(changes(dry));
    assertThat(from.getAll("", Integer.class)).isEqualTo(Map.of("b", 2));
    assertThat(to.getAll("", Integer.class)).isEqualTo(Map.of("a", 1, "b", 9, "same", 3));
    assertThat(latest(from, "a").operation().text()).isEqualTo("delete");
    assertThat(latest(from, "a").comment()).contains("moved");
  }

  @Test
  final void moving_withinTheStore_renames_evenIntoItself() {
    from.setMany(Map.of("a.x", 1, "a.b.x", 2, "a.b.b.y", 3));
    KVStore sameStore = database.store(from.name());
    ChangeReport report =
        from.copyAll("a.", sameStore, CopyOptions.DEFAULT.toPrefix("a.b.").moving());
    assertThat(from.getAll("", Integer.class))
        .isEqualTo(Map.of("a.b.x", 1, "a.b.b.x", 2, "a.b.b.b.y", 3));
    assertThat(counts(report)).isEqualTo(List.of(2L, 1L, 0L, 2L, 0L));
    RevisionSource source = latest(from, "a.b.x").from().orElseThrow();
    assertThat(source.store()).isEmpty();
    assertThat(source.key()).contains("a.x");
  }

  @Test
  final void moving_ontoItself_stays() {
    KVMetadata before = from.set("a", 1);
    KVStore sameStore = database.store(from.name());
    for (ChangeReport report : List.of(
        from.copyAll("", sameStore, CopyOptions.DEFAULT.moving()),
        from.copyMany(List.of("a"), from, CopyOptions.DEFAULT.moving().toPrefix("")))) {
      assertThat(counts(report)).isEqualTo(List.of(0L, 0L, 1L, 0L, 0L));
    }
    assertThat(from.entry("a", ANY).metadata()).isEqualTo(before);
  }

  @Test
  final void dryRun_isWhatIsDone_orNothingIs() {
    from.setMany(Map.of("ui.a", 1, "ui.b", 2));
    to.set("ui.b", 9);
    ChangeReport dry = from.copyAll("ui.", to, CopyOptions.DEFAULT.dryRun());
    assertThat(dry.dryRun()).isTrue();
    assertThat(changes(dry)).containsExactly("created ui.a - 1", "changed ui.b 9 2");
    assertThat(to.keys()).containsExactly("ui.b");

    List<Runnable> others =
        List.of(() -> to.set("ui.b", 9), () -> from.set("ui.a", 1), () -> from.set("ui.c", 1));
    for (Runnable other : others) {
      String shown = fingerprint(from.copyAll("ui.", to, CopyOptions.DEFAULT.dryRun()));
      other.run();
      assertThatThrownBy(() -> from.copyAll("ui.", to, CopyOptions.DEFAULT.ifMatch(shown)))
          .isInstanceOfSatisfying(
              PreconditionFailedException.class,
              e -> assertThat(e.presentEtag()).isPresent());
      assertThat(to.keys()).containsExactly("ui.b");
    }
    dry = from.copyAll("ui.", to, CopyOptions.DEFAULT.dryRun());
    ChangeReport done = from.copyAll("ui.", to, CopyOptions.DEFAULT.ifMatch(fingerprint(dry)));
    assertThat(done.items()).isEqualTo(dry.items());
    assertThat(done.fingerprint()).isEmpty();
    assertThat(to.getAll("", Integer.class)).isEqualTo(Map.of("ui.a", 1, "ui.b", 2, "ui.c", 1));
  }

  @Test
  final void tooLongOrInvalidKey_copiesNothing() {
    from.setMany(Map.of("a", 1, "b".repeat(510), 2));
    for (String prefix : List.of("xxx", "x//")) {
      assertThatThrownBy(() -> from.copyAll("", to, CopyOptions.DEFAULT.toPrefix(prefix)))
          .isInstanceOfSatisfying(
              InvalidInputException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_KEY));
    }
    assertThatThrownBy(() -> from.copyMany(List.of("a", "bad//key"), to))
        .isInstanceOf(InvalidInputException.class);
    assertThat(to.keys()).isEmpty();
  }

  @Test
  final void differences_areThoseOfValueOrType() {
    from.set("ui.type", 1L);
    to.set("ui.type", 1);
    from.set("ui.value", "a");
    to.set("ui.value", "b");
    from.set("ui.left", 1);
    to.set("ui.right", 1);
    from.set("ui.same", 1, WriteOptions.DEFAULT.ttl(Duration.ofHours(1)));
    to.set("ui.same", 1);
    from.set("other", 1);

    KVDifferences<Object> page = from.differences(KVQuery.prefix("ui."), to, ANY);
    assertThat(told(page))
        .containsExactly("ui.left 1 -", "ui.right - 1", "ui.type 1 1", "ui.value a b");
    assertThat(page.same()).isEqualTo(1);
    assertThat(page.next()).isEmpty();
    KVDifferences.Item<Object> type = page.items().get(2);
    assertThat(type.left().orElseThrow().value()).isEqualTo(1L);
    assertThat(type.right().orElseThrow().value()).isEqualTo(1);

    from.copyAll("ui.", to);
    assertThat(told(from.differences(KVQuery.prefix("ui."), to, ANY)))
        .containsExactly("ui.right - 1");
  }

  private static List<String> told(KVDifferences<Object> page) {
    return page.items().stream()
        .map(item -> item.key() + " " + item.left().map(KVEntry::value).orElse("-") + " "
            + item.right().map(KVEntry::value).orElse("-"))
        .toList();
  }

  @Test
  final void differences_ofOtherPrefixes_pageByPage() {
    Map<String, Integer> left = new LinkedHashMap<>();
    Map<String, Integer> right = new LinkedHashMap<>();
    IntStream.range(0, 30).forEach(i -> {
      left.put("a/%02d".formatted(i), i);
      right.put("long/prefix/%02d".formatted(i), i % 3 == 0 ? -1 : i);
    });
    right.put("long/prefix/x", 1);
    from.setMany(left);
    from.setMany(right);

    List<String> keys = new ArrayList<>();
    long same = 0;
    KVQuery query = KVQuery.prefix("a/").limit(4);
    Optional<String> next = Optional.of("");
    while (next.isPresent()) {
      KVQuery page = next.get().isEmpty() ? query : query.after(next.get());
      KVDifferences<Object> some = from.differences(page, from, "long/prefix/", ANY);
      assertThat(some.items()).hasSizeLessThanOrEqualTo(4);
      some.items().forEach(item -> {
        keys.add(item.key());
        assertThat(item.right().orElseThrow().key())
            .isEqualTo("long/prefix/" + item.key().substring(2));
      });
      same += some.same();
      next = some.next();
    }
    assertThat(keys).hasSize(11).isSorted().endsWith("a/x");
    assertThat(same).isEqualTo(20);
  }
}
