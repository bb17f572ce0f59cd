package dev.kvstore.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import dev.kvstore.ChangeReport;
import dev.kvstore.DropOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.HistorySettings;
import dev.kvstore.InvalidInputException;
import dev.kvstore.InvalidSnapshotException;
import dev.kvstore.KVChange;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVOperation;
import dev.kvstore.KVRevision;
import dev.kvstore.KVStore;
import dev.kvstore.KVWatcher;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.RevisionSelector;
import dev.kvstore.WatchOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.mongo.MongoKVDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.RawValue;
import dev.kvstore.sqlite.SqliteKVDatabase;
import dev.kvstore.sqlite.SqliteSettings;
import dev.kvstore.testing.MongoTestServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.bson.BsonDocument;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestoreTest {
  private static final ExportOptions ALL = ExportOptions.EXACT.history();
  private static final ImportOptions RESTORE = ImportOptions.EXACT.restore();
  private static final int REVISIONS_OF_MANY = 230;

  private MongoTestServer server;
  private KVDatabase mongo;
  private KVDatabase sqlite;
  private KVDatabase plainMongo;
  private KVDatabase plainSqlite;

  @BeforeAll
  void open(@TempDir Path folder) {
    server = MongoTestServer.startReplicaSet();
    mongo = MongoKVDatabase.open(
        server.connectionString(),
        MongoSettings.DEFAULT
            .withTimeout(Duration.ofMinutes(1))
            .withHistory(HistorySettings.DEFAULT));
    plainMongo = MongoKVDatabase.open(
        server.connectionString(), MongoSettings.DEFAULT.withTimeout(Duration.ofMinutes(1)));
    sqlite = SqliteKVDatabase.open(
        folder.resolve("recorded.db"), SqliteSettings.DEFAULT.withHistory(HistorySettings.DEFAULT));
    plainSqlite = SqliteKVDatabase.open(
        folder.resolve("plain.db"), SqliteSettings.DEFAULT.withHistory(HistorySettings.OFF));
  }

  @AfterAll
  void close() {
    mongo.close();
    plainMongo.close();
    sqlite.close();
    plainSqlite.close();
    server.close();
  }

  private KVStore filled(String name) {
    sqlite.store(name).set("gone.with.the.store", "a");
    sqlite.drop(name, DropOptions.DEFAULT.author("carl").comment("away"));
    KVStore store = sqlite.store(name);
    store.set("ui.theme", "dark", WriteOptions.DEFAULT.author("alice").comment("at night\nonly"));
    KVMetadata first = store.set("ui.theme", Map.of("$date", "x", "a", List.of(1, 2L)));
    store.set("ui.theme", null, WriteOptions.ifMatch(first.etag()).author("bob"));
    store.history().rollback("ui.theme", RevisionSelector.version(2), WriteOptions.DEFAULT);
    store.history().setLabel("before many", WriteOptions.DEFAULT.author("alice").comment("why"));
    for (int i = 0; i < REVISIONS_OF_MANY; i++) {
      store.increment("many");
    }
    store.set("deleted", "old");
    store.delete("deleted", WriteOptions.DEFAULT.author("bob").comment("no longer"));
    store.set("again", 1);
    store.delete("again");
    store.setDefault("again", new ObjectId("6a10f1a27e0c5b3d9c2f1a01"));
    store.set("expiring", 1.5, WriteOptions.DEFAULT.ttl(Duration.ofDays(1)).author("alice"));
    return store;
  }

  private static String exported(KVStore store, ExportOptions options) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ExportResult result = KVSnapshot.export(store, bytes, options);
    assertThat(result.losses()).isEmpty();
    return bytes.toString(UTF_8);
  }

  private static ChangeReport restore(KVStore store, String snapshot, ImportOptions options)
      throws IOException {
    return KVSnapshot.importInto(
        store, new ByteArrayInputStream(snapshot.getBytes(UTF_8)), options);
  }

  private static Map<KVMetadata, RawValue> entries(KVStore store) {
    return store.stream("", RawValue.TYPE)
        .collect(
            Collectors.toMap(KVEntry::metadata, entry -> Objects.requireNonNull(entry.value())));
  }

  private static ErrorCode refusal(KVStore store, String snapshot) {
    return Objects.requireNonNull(
            catchThrowableOfType(KVException.class, () -> restore(store, snapshot, RESTORE)))
        .code();
  }

  private static String lines(String snapshot, int most) {
    return snapshot.lines().limit(most).map(line -> line + "\n").collect(Collectors.joining());
  }

  private MongoCollection<BsonDocument> collection(String name) {
    return server.client().getDatabase(server.database()).getCollection(name, BsonDocument.class);
  }

  @Test
  void aStore_movesToMongoDbAndBack_withNothingLost() throws Exception {
    KVStore from = filled("house");
    KVStore there = mongo.store("house");
    KVStore back = sqlite.store("back");
    assertThatThrownBy(() -> there.get("many", Integer.class))
        .isInstanceOf(KeyNotFoundException.class); // now in the near-cache
    BlockingQueue<KVChange> changes = new LinkedBlockingQueue<>();
    BlockingQueue<Boolean> ready = new LinkedBlockingQueue<>();
    there.watch(
        "ui.theme", KVWatcher.of(changes::add, position -> ready.add(true)), WatchOptions.DEFAULT);
    assertThat(ready.poll(1, TimeUnit.MINUTES)).isTrue();

    String first = exported(from, ALL);
    ChangeReport report = restore(there, first, RESTORE);
    String second = exported(there, ALL);
    restore(back, second, RESTORE);

    assertThat(second).isEqualTo(first);
    assertThat(exported(back, ALL)).isEqualTo(first);
    assertThat(entries(there)).isEqualTo(entries(from));
    assertThat(entries(back)).isEqualTo(entries(from));
    assertThat(there.get("many", Integer.class)).isEqualTo(REVISIONS_OF_MANY);
    assertThat(changes.poll(1, TimeUnit.MINUTES)).isNotNull();
    assertThat(report.created() + report.changed() + report.deleted())
        .isEqualTo(first.lines().count() - 2); // the first line, and a label
    for (KVStore store : List.of(there, back)) {
      assertThat(store.history().labels()).isEqualTo(from.history().labels());
      assertThat(store.history().reachesBackTo()).isEqualTo(from.history().reachesBackTo());
      goesOn(from, store);
    }
  }

  private static void goesOn(KVStore from, KVStore store) throws IOException {
    String before = exported(store, ALL);
    Instant then = from.history().label("before many").orElseThrow().at();
    assertThat(store.keys("", ReadOptions.DEFAULT.at(then)))
        .isEqualTo(from.keys("", ReadOptions.DEFAULT.at(then)));
    KVRevision<String> deleted =
        store.history().revisions("deleted", String.class).items().get(1);
    store
        .history()
        .rollback(
            "deleted",
            RevisionSelector.etag(deleted.metadata().orElseThrow().etag()),
            WriteOptions.DEFAULT);
    assertThat(store.get("deleted", String.class)).isEqualTo("old");
    assertThat(store.set("many", 0).version()).isEqualTo(REVISIONS_OF_MANY + 1);
    store.delete("expiring");
    assertThat(exported(store, ALL)).startsWith(before);
    assertThat(store.history().revisions(HistoryQuery.ALL.limit(3)).items())
        .extracting(KVRevision::operation)
        .containsExactly(KVOperation.DELETE, KVOperation.SET, KVOperation.ROLLBACK);
  }

  @Test
  void aRestoreThatStopped_isRunAgain_andAnotherStoreIsRefused() throws IOException {
    KVStore from = filled("resumed");
    String all = exported(from, ALL);
    String some = lines(all, 120);
    for (KVDatabase database : List.of(mongo, sqlite)) {
      KVStore to = database.store("resumedThere");
      restore(to, some, RESTORE);
      if (database == mongo) {
        // It stopped after the entries, and before their revisions.
        collection("resumedThere.history").deleteMany(Filters.gt("_id", 100L));
      }
      ChangeReport dryRun = restore(to, all, RESTORE.dryRun());
      assertThat(dryRun.unchanged()).isEqualTo(database == mongo ? 100 : 118);
      assertThatThrownBy(() -> restore(to, all, RESTORE.ifMatch("0")))
          .isInstanceOf(PreconditionFailedException.class);
      restore(to, all, RESTORE.ifMatch(dryRun.fingerprint().orElseThrow()));
      assertThat(exported(to, ALL)).isEqualTo(all);
      assertThat(restore(to, all, RESTORE).unchanged()).isEqualTo(all.lines().count() - 2);

      to.set("ui.theme", "of somebody else");
      assertThat(refusal(to, all)).isEqualTo(ErrorCode.CONFLICT);
      database.drop("resumedThere", DropOptions.DEFAULT.purgingHistory());
      restore(database.store("resumedThere"), all, RESTORE);
      assertThat(exported(database.store("resumedThere"), ALL)).isEqualTo(all);
    }
    assertThat(refusal(plainSqlite.store("resumed"), all)).isEqualTo(ErrorCode.NO_HISTORY);
  }

  @Test
  void entriesWithoutHistory_keepTheirMetadata() throws IOException {
    KVStore from = plainSqlite.store("plain");
    from.set("a", 1, WriteOptions.DEFAULT.author("alice"));
    from.set("a", 2L);
    from.set("b", List.of("x"), WriteOptions.DEFAULT.ttl(Duration.ofDays(1)).author("bob"));
    from.set("c", null);
    String all = exported(from, ALL);
    assertThat(all).isEqualTo(exported(from, ExportOptions.EXACT.metadata()));

    for (KVDatabase database : List.of(mongo, sqlite, plainMongo, plainSqlite)) {
      KVStore to = database.store("plain" + (database == plainMongo ? "There" : "Copy"));
      restore(to, lines(all, 1), RESTORE);
      assertThat(restore(to, all, RESTORE).unchanged()).isEqualTo(1);
      assertThat(entries(to)).isEqualTo(entries(from));
      if (to.history().settings().isEnabled()) {
        assertThat(to.history().revisions("a", Long.class).items())
            .singleElement()
            .satisfies(revision -> assertThat(revision.metadata())
                .hasValue(from.entry("a", Long.class).metadata()));
      }
      assertThat(to.set("a", 3).version()).isEqualTo(3);
      to.set("d", 1);
      assertThat(refusal(to, all)).isEqualTo(ErrorCode.CONFLICT);
    }
  }

  @Test
  void whatCannotBeRestored_isRefusedWhole() throws IOException {
    KVStore to = sqlite.store("refused");
    String all = exported(filled("complete"), ALL);
    assertThatThrownBy(() -> restore(to, all, ImportOptions.EXACT))
        .isInstanceOf(InvalidSnapshotException.class)
        .hasMessageContaining("which the mode restore reads");
    assertThatThrownBy(() -> restore(to, "{\"a\":1}", ImportOptions.JSON.restore()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("exact format");
    assertThatThrownBy(() -> exported(to, ExportOptions.JSON.history()))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> restore(to, "{\"key\":\"a\",\"value\":1}", RESTORE))
        .isInstanceOf(InvalidSnapshotException.class)
        .hasMessageContaining("it has no metadata to restore");
    String badEtag = all.replaceFirst("\"etag\": \"[0-9a-f]{24}\"", "\"etag\": \"x\"");
    String headless = all.substring(all.indexOf('\n') + 1);
    for (String bad : List.of(
        badEtag,
        headless,
        all.replaceFirst("\"operation\": \"set\"", "\"operation\": \"delete\""),
        all.replaceFirst("\"operation\": \"set\"", "\"operation\": \"sat\""),
        all + "{\"key\":\"../x\",\"operation\":\"delete\",\"at\":\"2026-01-01T00:00:00Z\"}\n",
        all + "{\"key\":\"x\",\"operation\":\"delete\",\"at\":\"2999-01-01T00:00:00Z\"}\n",
        all + all)) {
      assertThatThrownBy(() -> restore(to, bad, RESTORE))
          .isInstanceOf(InvalidSnapshotException.class);
    }
    assertThat(to.keys("")).isEmpty();
    assertThat(to.history().revisions(HistoryQuery.ALL).items()).isEmpty();
  }
}
