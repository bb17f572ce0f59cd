package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kvstore.BatchOptions;
import dev.kvstore.ChangeReport;
import dev.kvstore.DeleteOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.HistorySettings;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVHistory;
import dev.kvstore.KVLabel;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVOperation;
import dev.kvstore.KVPage;
import dev.kvstore.KVQuery;
import dev.kvstore.KVRevision;
import dev.kvstore.KVType;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.RevisionSelector;
import dev.kvstore.RollbackOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The contract of the history of a store; the store of the fixture has one. */
public interface HistoryContract extends StoreFixture {
  /** Returns true if the operation in the options is recorded. */
  default boolean recordsGivenOperations() {
    return true;
  }

  private KVHistory history() {
    return store().history();
  }

  /** Returns the key's revisions as {@code operation version value}, oldest first. */
  private List<String> told(String key) {
    List<String> told = new ArrayList<>();
    for (KVRevision<Object> revision : history().revisions(key, Object.class).items()) {
      String entry = revision
          .entry()
          .map(stored -> " v" + stored.version() + " " + stored.value())
          .orElse("");
      told.add(0, revision.operation().text() + entry);
    }
    return told;
  }

  /** Returns an instant after all earlier writes and before all later ones. */
  private Instant between() {
    clock().advance(Duration.ofMillis(5));
    Instant now = clock().instant().truncatedTo(ChronoUnit.MILLIS);
    clock().advance(Duration.ofMillis(5));
    return now;
  }

  private static ErrorCode code(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return Objects.requireNonNull(catchThrowableOfType(KVException.class, call)).code();
  }

  @Test
  default void revisions_ofEachOperation() {
    store().setDefault("k", 1);
    store().increment("k");
    store().set("k", null);
    store().delete("k");
    store().delete("k");
    store().setMany(Map.of("k", "again"));
    store().set("k", "patched", WriteOptions.DEFAULT.operation(KVOperation.PATCH));
    store().deleteAll("k");
    store().increment("k", 5);

    assertThat(told("k"))
        .containsExactly(
            (recordsGivenOperations() ? "default" : "set") + " v1 1",
            "increment v2 2",
            "set v3 null",
            "delete",
            "set v1 again",
            (recordsGivenOperations() ? "patch" : "set") + " v2 patched",
            "delete",
            "increment v1 5");
  }

  @Test
  default void revision_hasAllThatWasKnown() {
    KVMetadata first = store()
        .set(
            "k",
            "a",
            WriteOptions.DEFAULT.author("ann").comment("why \"not\"\n$x").ttl(Duration.ofHours(1)));
    store().deleteMany(List.of("k"), DeleteOptions.DEFAULT.author("bob").comment("gone"));

    List<KVRevision<String>> revisions = history().revisions("k", String.class).items();
    KVRevision<String> deleted = revisions.get(0);
    assertThat(deleted.author()).contains("bob");
    assertThat(deleted.comment()).contains("gone");
    assertThat(deleted.metadata()).isEmpty();
    assertThat(deleted.entry()).isEmpty();
    KVRevision<String> set = revisions.get(1);
    assertThat(set.author()).contains("ann");
    assertThat(set.comment()).contains("why \"not\"\n$x");
    assertThat(set.at()).isEqualTo(first.updatedAt());
    assertThat(set.from()).isEmpty();
    assertThat(set.metadata()).contains(first);
    assertThat(set.entry().map(KVEntry::value)).contains("a");
    assertThat(deleted.at()).isAfterOrEqualTo(set.at());
  }

  @Test
  default void values_likeFieldPathsAndOperators_areRecordedAsTheyAre() {
    Map<String, Object> value = Map.of("$set", "$value", "a.b", "$$ROOT", "", List.of("$x"));
    store().set("k", value, WriteOptions.DEFAULT.author("$author").comment("$$NOW"));
    store().set("k", "$value");

    List<KVRevision<Object>> revisions = history().revisions("k", Object.class).items();
    assertThat(revisions.get(0).entry().map(KVEntry::value)).contains("$value");
    assertThat(revisions.get(1).entry().map(KVEntry::value)).contains(value);
    assertThat(revisions.get(1).author()).contains("$author");
    assertThat(revisions.get(1).comment()).contains("$$NOW");
    assertThat(store().get("k", String.class)).isEqualTo("$value");
  }

  @Test
  default void refusedWrites_leaveNothing() {
    store().set("k", 1);
    assertThatThrownBy(() -> store().set("k", 2, WriteOptions.ifAbsent()))
        .isInstanceOf(PreconditionFailedException.class);
    store().setDefault("k", 3);
    assertThatThrownBy(() -> store().delete("k", WriteOptions.ifMatch(ConditionContract.NO_ETAG)))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(told("k")).containsExactly("set v1 1");
  }

  @Test
  default void expiry_isARevisionOfThatInstant() {
    KVMetadata first = store().set("k", 1, WriteOptions.DEFAULT.ttl(Duration.ofHours(1)));
    clock().advance(Duration.ofHours(2));
    store().set("k", 2);

    assertThat(told("k")).containsExactly("set v1 1", "expire", "set v1 2");
    KVRevision<Integer> expired =
        history().revisions("k", Integer.class).items().get(1);
    assertThat(expired.at()).isEqualTo(first.expiresAt().orElseThrow());
    assertThat(expired.author()).isEmpty();
  }

  @Test
  default void revisions_pagesAndFilters() {
    Instant before = between();
    for (int i = 0; i < 5; i++) {
      store().set("a/k", i, WriteOptions.DEFAULT.author(i % 2 == 0 ? "even" : "odd"));
      store().set("b", i);
    }
    Instant after = between();
    store().delete("a/k");

    List<String> all = new ArrayList<>();
    HistoryQuery query = HistoryQuery.prefix("a/").limit(2);
    KVPage<KVRevision<Object>> page = history().revisions(query);
    while (true) {
      page.items().forEach(revision -> {
        assertThat(revision.entry()).as("values are not asked for").isEmpty();
        all.add(revision.operation().text()
            + revision.metadata().map(metadata -> metadata.version()).orElse(0L));
      });
      if (page.next().isEmpty()) {
        break;
      }
      page = history().revisions(query.after(page.next().get()));
    }
    assertThat(all).containsExactly("delete0", "set5", "set4", "set3", "set2", "set1");

    assertThat(versions(HistoryQuery.ALL.author("odd"))).containsExactly(4L, 2L);
    assertThat(versions(HistoryQuery.key("a/k").version(3))).containsExactly(3L);
    assertThat(versions(HistoryQuery.key("a/k").author("odd").until(after)))
        .containsExactly(4L, 2L);
    assertThat(versions(HistoryQuery.key("a/k").operation(KVOperation.DELETE).since(after)))
        .containsExactly(0L);
    assertThat(versions(HistoryQuery.prefix("a/").until(before))).isEmpty();
    assertThat(history().revisions(HistoryQuery.ALL.since(after)).items())
        .singleElement()
        .satisfies(revision -> assertThat(revision.operation()).isEqualTo(KVOperation.DELETE));
    assertThat(
            history().revisions(HistoryQuery.ALL.operation(KVOperation.DELETE)).items())
        .hasSize(1);
    assertThat(history().revisions(HistoryQuery.key("none")).items()).isEmpty();
  }

  @Test
  default void revisions_sinceAndUntil_amongInstantsWithNanoseconds() {
    Instant at = store().set("k", 1).updatedAt();
    assertThat(versions(HistoryQuery.ALL.since(at).until(at))).containsExactly(1L);
    assertThat(versions(HistoryQuery.ALL.since(at.plusNanos(1)))).isEmpty();
    assertThat(versions(HistoryQuery.ALL.until(at.plusNanos(1)))).containsExactly(1L);
    assertThat(versions(HistoryQuery.ALL.until(at.minusNanos(1)))).isEmpty();
  }

  private List<Long> versions(HistoryQuery query) {
    return history().revisions(query).items().stream()
        .map(revision -> revision.metadata().map(metadata -> metadata.version()).orElse(0L))
        .toList();
  }

  @Test
  default void at_readsTheStoreAsItWas() {
    Instant start = between();
    store().set("a", 1);
    KVMetadata old = store().set("b", 1, WriteOptions.DEFAULT.ttl(Duration.ofHours(1)));
    store().set("c", 1);
    Instant then = between();
    store().set("a", 2);
    store().delete("c");
    store().set("d", 1);
    Instant later = between();
    clock().advance(Duration.ofHours(2));

    ReadOptions atThen = ReadOptions.DEFAULT.at(then);
    assertThat(store().getAll("", Integer.class, atThen)).isEqualTo(Map.of("a", 1, "b", 1, "c", 1));
    assertThat(store().keys("", atThen)).containsExactly("a", "b", "c");
    assertThat(store().get("a", Integer.class, atThen)).isEqualTo(1);
    assertThat(store().entry("b", Integer.class, atThen).metadata()).isEqualTo(old);
    assertThat(store().has("d", atThen)).isFalse();
    assertThat(store().getMany(List.of("d", "c", "a"), Integer.class, atThen))
        .isEqualTo(Map.of("c", 1, "a", 1));
    assertThat(store().keys(KVQuery.prefix("").limit(2).after("a"), atThen).items())
        .containsExactly("b", "c");
    assertThat(store().getAll("", Integer.class, ReadOptions.DEFAULT.at(start))).isEmpty();
    assertThat(store().getAll("", Integer.class, ReadOptions.DEFAULT.at(later)))
        .isEqualTo(Map.of("a", 2, "b", 1, "d", 1));
    assertThat(store().keys("", ReadOptions.DEFAULT.at(between()))).containsExactly("a", "d");
    assertThat(entries().count(dev.kvstore.spi.KeyRange.ALL, 10, atThen)).isEqualTo(3);
    assertThatThrownBy(() ->
            store().keys("", ReadOptions.DEFAULT.at(clock().instant().plus(Duration.ofMinutes(1)))))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  default void at_manyKeys_pageByPage() {
    Map<String, Integer> first = new HashMap<>();
    for (int i = 0; i < 250; i++) {
      first.put("k%03d".formatted(i), i);
    }
    store().setMany(first);
    Instant then = between();
    first.keySet().forEach(key -> store().set(key, -1));

    assertThat(store().getAll("", Integer.class, ReadOptions.DEFAULT.at(then))).isEqualTo(first);
    assertThat(store()
            .streamKeys(KVQuery.prefix("k1").limit(7), ReadOptions.DEFAULT.at(then))
            .toList())
        .hasSize(100)
        .isSorted();
  }

  @Test
  default void changes_areInOrderAndGoOn() {
    KVType<Integer> type = KVType.of(Integer.class);
    HistoryQuery query = HistoryQuery.ALL.withValues();
    KVPage<KVRevision<Integer>> none = history().changes(query, type);
    assertThat(none.items()).isEmpty();
    store().set("a", 1);
    store().set("b", 2);
    store().delete("a");
    KVPage<KVRevision<Integer>> first =
        history().changes(query.limit(2).after(none.next().orElseThrow()), type);
    assertThat(first.items()).extracting(KVRevision::key).containsExactly("a", "b");
    KVPage<KVRevision<Integer>> second =
        history().changes(query.after(first.next().orElseThrow()), type);
    assertThat(second.items())
        .extracting(KVRevision::operation)
        .containsExactly(KVOperation.DELETE);
    HistoryQuery rest = query.after(second.next().orElseThrow());
    assertThat(history().changes(rest, type).items()).isEmpty();
    store().set("c", 3);
    assertThat(history().changes(rest, type).items())
        .extracting(KVRevision::key)
        .containsExactly("c");
    assertThat(history().changes(HistoryQuery.prefix("b"), type).items()).hasSize(1);
    store().set("cc", 4, WriteOptions.DEFAULT.author("odd"));
    assertThat(history().changes(HistoryQuery.key("c").limit(1), type).items())
        .extracting(KVRevision::key)
        .containsExactly("c");
    HistoryQuery byOdd = HistoryQuery.ALL.author("odd").limit(1);
    KVPage<KVRevision<Integer>> odd = history().changes(byOdd, type);
    assertThat(odd.items()).extracting(KVRevision::key).containsExactly("cc");
    assertThat(history().changes(byOdd.after(odd.next().orElseThrow()), type).items())
        .isEmpty();
    assertThat(history()
            .changes(HistoryQuery.ALL.operation(KVOperation.DELETE), type)
            .items())
        .hasSize(1);
    assertThatThrownBy(() -> history().changes(HistoryQuery.ALL.after("no position"), type))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  default void rollback_storesThatValueAgain() {
    KVMetadata first = store().set("k", 1);
    Instant then = between();
    store().set("k", 2, WriteOptions.DEFAULT.ttl(Duration.ofHours(1)));
    KVMetadata back = history()
        .rollback(
            "k", RevisionSelector.version(1), WriteOptions.DEFAULT.author("ann").comment("oops"));

    assertThat(store().get("k", Integer.class)).isEqualTo(1);
    assertThat(back.version()).isEqualTo(3);
    assertThat(back.expiresAt()).as("the present expiry is kept").isPresent();
    KVRevision<Integer> revision =
        history().revisions("k", Integer.class).items().get(0);
    assertThat(revision.operation()).isEqualTo(KVOperation.ROLLBACK);
    assertThat(revision.author()).contains("ann");
    assertThat(revision.comment()).contains("oops");
    assertThat(revision.from().orElseThrow().version()).contains(1L);
    assertThat(revision.from().orElseThrow().etag()).contains(first.etag());

    store().delete("k");
    history().rollback("k", RevisionSelector.etag(first.etag()), WriteOptions.DEFAULT);
    assertThat(store().get("k", Integer.class)).isEqualTo(1);
    store().set("k", 7);
    history().rollback("k", RevisionSelector.at(then), WriteOptions.DEFAULT);
    assertThat(told("k"))
        .containsExactly(
            "set v1 1",
            "set v2 2",
            "rollback v3 1",
            "delete",
            "rollback v1 1",
            "set v2 7",
            "rollback v3 1");
  }

  @Test
  default void rollback_toNothing_orUnderACondition_isRefused() {
    Instant before = between();
    store().set("k", 1);
    store().set("k", 2);
    assertThat(
            code(() -> history().rollback("k", RevisionSelector.version(9), WriteOptions.DEFAULT)))
        .isEqualTo(ErrorCode.VERSION_NOT_FOUND);
    assertThat(
            code(() -> history().rollback("k", RevisionSelector.at(before), WriteOptions.DEFAULT)))
        .isEqualTo(ErrorCode.VERSION_NOT_FOUND);
    assertThatThrownBy(() -> history()
            .rollback(
                "k", RevisionSelector.version(1), WriteOptions.ifMatch(ConditionContract.NO_ETAG)))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(store().get("k", Integer.class)).isEqualTo(2);
  }

  @Test
  default void rollbackAll_restoresExactlyThatInstant() {
    store().setMany(Map.of("p/changed", 1, "p/deleted", 1, "p/same", 1, "other", 1));
    Instant then = between();
    Map<String, Integer> before = store().getAll("", Integer.class);
    store().set("p/changed", 2);
    store().delete("p/deleted");
    store().set("p/created", 1);
    store().set("other", 2);
    KVMetadata same = store().entry("p/same", Integer.class).metadata();

    ChangeReport dry = history().rollbackAll("p/", then, RollbackOptions.DEFAULT.dryRun());
    assertThat(store().get("p/changed", Integer.class)).isEqualTo(2);
    RollbackOptions confirmed = RollbackOptions.DEFAULT
        .author("ann")
        .comment("release 41")
        .ifMatch(dry.fingerprint().orElseThrow());
    ChangeReport done = history().rollbackAll("p/", then, confirmed);

    assertThat(List.of(dry.created(), dry.changed(), dry.unchanged(), dry.deleted(), dry.failed()))
        .isEqualTo(List.of(done.created(), done.changed(), done.unchanged(), done.deleted(), 0L))
        .isEqualTo(List.of(1L, 1L, 1L, 1L, 0L));
    assertThat(done.items()).isEqualTo(dry.items());
    assertThat(done.items())
        .extracting(item -> item.change().text() + " " + item.key() + " "
            + item.from().orElse("-") + " " + item.to().orElse("-"))
        .containsExactly("changed p/changed 2 1", "deleted p/created 1 -", "created p/deleted - 1");
    Map<String, Integer> expected = new HashMap<>(before);
    expected.put("other", 2);
    assertThat(store().getAll("", Integer.class)).isEqualTo(expected);
    assertThat(store().entry("p/same", Integer.class).metadata()).isEqualTo(same);
    assertThat(told("p/changed")).containsExactly("set v1 1", "set v2 2", "rollback v3 1");
    assertThat(told("p/created")).containsExactly("set v1 1", "rollback");
    assertThat(history().revisions("p/created", Integer.class).items().get(0).comment())
        .contains("release 41");
    assertThat(history().rollbackAll("p/", then, RollbackOptions.DEFAULT).unchanged())
        .isEqualTo(3);
  }

  @Test
  default void rollbackAll_otherThanTheDryRun_isRefused() {
    store().set("k", 1);
    Instant then = between();
    store().set("k", 2);
    String fingerprint = history()
        .rollbackAll("", then, RollbackOptions.DEFAULT.dryRun())
        .fingerprint()
        .orElseThrow();
    store().set("k", 3);
    assertThatThrownBy(
            () -> history().rollbackAll("", then, RollbackOptions.DEFAULT.ifMatch(fingerprint)))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(store().get("k", Integer.class)).isEqualTo(3);
  }

  @Test
  default void all_oneConditionFails_changesNothing() {
    store().set("a", 1);
    store().set("b", 1);
    String etag = store().entry("a", Integer.class).etag();
    Mutation.All all = new Mutation.All(List.of(
        new Mutation.Put(new Write("a", Values.raw(2), WriteOptions.ifMatch(etag))),
        new Mutation.Delete("b", WriteOptions.ifMatch(ConditionContract.NO_ETAG))));
    assertThatThrownBy(() -> entries().apply(all)).isInstanceOf(KVException.class);
    assertThat(store().getAll("", Integer.class)).isEqualTo(Map.of("a", 1, "b", 1));
    assertThat(told("a")).containsExactly("set v1 1");
  }

  @Test
  default void labels_nameInstants() {
    Instant then = between();
    KVLabel label = new KVLabel(
        "before release 41", then, Optional.of("ann"), Optional.of("so that we can go back"));
    assertThat(history().setLabel(label)).isTrue();
    assertThat(history().setLabel(label)).isFalse();
    assertThat(history().label("before release 41")).contains(label);
    assertThat(history().labels()).containsExactly(label);
    KVLabel now = history().setLabel("now", WriteOptions.DEFAULT.author("bob").comment("why"));
    assertThat(history().label("now")).contains(now);
    assertThat(now.comment()).contains("why");
    assertThat(history().deleteLabel("now")).isTrue();
    assertThat(history().deleteLabel("before release 41")).isTrue();
    assertThat(history().deleteLabel("before release 41")).isFalse();
    assertThat(history().label("before release 41")).isEmpty();
    assertThatThrownBy(
            () -> new KVLabel("2026-01-01T00:00:00Z", then, Optional.empty(), Optional.empty()))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  default void settings_off_hasNoHistoryUntilTurnedOnAgain() {
    store().set("k", 1);
    Instant on = between();
    history().configure(HistorySettings.OFF);
    assertThat(code(() -> history().revisions("k", Integer.class))).isEqualTo(ErrorCode.NO_HISTORY);
    assertThat(code(() -> store().keys("", ReadOptions.DEFAULT.at(between()))))
        .isEqualTo(ErrorCode.NO_HISTORY);
    KVLabel label = new KVLabel("label", between(), Optional.empty(), Optional.empty());
    assertThat(code(() -> history().setLabel(label))).isEqualTo(ErrorCode.NO_HISTORY);
    assertThat(code(() -> history().deleteLabel("label"))).isEqualTo(ErrorCode.NO_HISTORY);
    assertThat(code(() -> history().label("label"))).isEqualTo(ErrorCode.NO_HISTORY);
    assertThat(code(() -> history().reachesBackTo())).isEqualTo(ErrorCode.NO_HISTORY);
    store().set("k", 2);
    Instant off = between();
    history().configure(HistorySettings.DEFAULT);
    between();
    store().set("k", 3);
    assertThat(store().get("k", Integer.class)).isEqualTo(3);
    assertThat(told("k")).endsWith("set v2 2", "set v3 3");
    for (Instant then : List.of(on, off)) {
      assertThat(code(() -> store().getAll("", Integer.class, ReadOptions.DEFAULT.at(then))))
          .isEqualTo(ErrorCode.HISTORY_GONE);
    }
  }

  @Test
  default void settings_numberOfRevisions_keepsTheNewest() {
    history().configure(HistorySettings.DEFAULT.revisions(3));
    Instant then = between();
    for (int i = 1; i <= 10; i++) {
      store().set("k", i);
    }
    assertThat(told("k")).containsExactly("set v8 8", "set v9 9", "set v10 10");
    assertThat(code(() -> store().keys("", ReadOptions.DEFAULT.at(then))))
        .isEqualTo(ErrorCode.HISTORY_GONE);
    assertThat(history().reachesBackTo()).isAfter(then);
  }

  @Test
  default void changes_ofATrimmedHistory_arePagedToTheEnd() {
    history().configure(HistorySettings.DEFAULT.revisions(1));
    for (String key : List.of("a", "b", "c", "d", "d", "d")) {
      store().set(key, 1);
    }
    assertThat(told("d")).hasSize(1); // and removed what is no longer kept
    List<String> keys = new ArrayList<>();
    HistoryQuery query = HistoryQuery.ALL.limit(1);
    KVPage<KVRevision<RawValue>> page = history().changes(query, RawValue.TYPE);
    while (!page.items().isEmpty()) {
      page.items().forEach(revision -> keys.add(revision.key()));
      page = history().changes(query.after(page.next().orElseThrow()), RawValue.TYPE);
    }
    assertThat(keys).containsExactly("a", "b", "c", "d");
    String begun = history().changes(query, RawValue.TYPE).next().orElseThrow();
    store().set("d", 2);
    assertThat(told("d")).hasSize(1);
    assertThat(code(() -> history().changes(query.after(begun), RawValue.TYPE)))
        .isEqualTo(ErrorCode.HISTORY_GONE);
  }

  @Test
  default void settings_fewerRevisions_theOldestGoFirst() {
    for (int i = 1; i <= 150; i++) {
      store().set("k", i);
    }
    history().configure(HistorySettings.DEFAULT.revisions(3));
    store().set("k", 151);
    List<Long> kept = versions(HistoryQuery.key("k").limit(1000));
    assertThat(kept)
        .hasSizeLessThan(150)
        .isEqualTo(LongStream.iterate(151, version -> version - 1)
            .limit(kept.size())
            .boxed()
            .toList());
  }

  @Test
  default void racingWrites_leaveOneRevisionEach() throws Exception {
    int threads = 4;
    int writes = 50;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        String author = "t" + t;
        running.add(executor.submit(() -> {
          for (int i = 0; i < writes; i++) {
            store().set("k", i, WriteOptions.DEFAULT.author(author));
            store().set(author, i);
            if (i % 10 == 9) {
              store().delete(author);
            }
          }
        }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      executor.shutdownNow();
    }
    List<KVRevision<Integer>> revisions = history()
        .revisions(HistoryQuery.key("k").withValues().limit(1000), KVType.of(Integer.class))
        .items();
    assertThat(revisions).hasSize(threads * writes);
    for (int i = 0; i < revisions.size(); i++) {
      assertThat(revisions.get(i).metadata().orElseThrow().version())
          .isEqualTo(revisions.size() - i);
    }
    for (int t = 0; t < threads; t++) {
      List<String> own = told("t" + t);
      assertThat(own).hasSize(writes + writes / 10);
      String author = "t" + t;
      assertThat(revisions.stream()
              .filter(revision -> revision.author().orElseThrow().equals(author))
              .map(revision -> revision.entry().orElseThrow().value()))
          .as("in the order of the writer")
          .hasSize(writes)
          .isSortedAccordingTo((a, b) -> b - a);
    }
  }

  @Test
  default void batch_hasOneRevisionPerKey() {
    store().setMany(Map.of("a", 1, "b", 2), BatchOptions.DEFAULT.author("ann").comment("both"));
    for (String key : List.of("a", "b")) {
      assertThat(history().revisions(key, Integer.class).items())
          .singleElement()
          .satisfies(revision -> {
            assertThat(revision.comment()).contains("both");
            assertThat(revision.author()).contains("ann");
          });
    }
  }
}
