package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.RawValues.int32;
import static dev.kvstore.internal.mongo.RawValues.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import com.mongodb.event.CommandSucceededEvent;
import dev.kvstore.BatchOptions;
import dev.kvstore.DropOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.HistorySettings;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KVLabel;
import dev.kvstore.KVRevision;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.HistoryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.MongoTestServer;
import dev.kvstore.testing.RawStore;
import dev.kvstore.testing.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests the history of stores with two processes on one replica set. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MongoHistoryTest {
  private MongoTestServer server;
  private TestClock clock = new TestClock();
  private MongoEntryDatabase one;
  private MongoEntryDatabase other;

  @BeforeEach
  void open() {
    server = MongoTestServer.startReplicaSet();
    clock = new TestClock();
    one = open(settings().withHistory(HistorySettings.DEFAULT));
    other = open(settings());
  }

  @AfterEach
  void close() {
    one.close();
    other.close();
    server.close();
  }

  private MongoSettings settings() {
    return MongoSettings.DEFAULT.withTimeout(Duration.ofMinutes(1)).withClock(clock);
  }

  private MongoEntryDatabase open(MongoSettings settings) {
    return MongoEntryDatabase.open(server.connectionString(), settings);
  }

  private static RawStore store(MongoEntryDatabase database) {
    return RawStore.of(database.store("s"));
  }

  private static HistoryStore history(MongoEntryDatabase database) {
    return database.store("s").capability(HistoryStore.class).orElseThrow();
  }

  private static void set(MongoEntryDatabase by, String key, int value) {
    store(by).write(new Write(key, int32(value), WriteOptions.DEFAULT.author("ann")));
  }

  private List<String> told(HistoryQuery query) {
    return history(one).revisions(query.limit(1000)).items().stream()
        .map(MongoHistoryTest::told)
        .toList();
  }

  private static String told(KVRevision<RawValue> revision) {
    return revision.key() + " " + revision.operation().text()
        + revision.metadata().map(metadata -> " v" + metadata.version()).orElse("");
  }

  private MongoCollection<Document> shell(String collection) {
    return server.client().getDatabase(server.database()).getCollection(collection);
  }

  @Test
  void settings_ofOneProcess_areFollowedByOthers() {
    assertThat(history(other).settings()).isEqualTo(HistorySettings.OFF);
    set(one, "k", 1);
    assertThat(history(other).settings()).isEqualTo(HistorySettings.DEFAULT);
    set(other, "k", 2);
    store(other).delete("k", WriteOptions.DEFAULT);
    assertThat(told(HistoryQuery.key("k"))).containsExactly("k delete", "k set v2", "k set v1");
    history(other).configure(HistorySettings.OFF);
    set(one, "a", 1);
    assertThat(history(one).settings()).isEqualTo(HistorySettings.OFF);
    assertThatThrownBy(() -> history(one).revisions(HistoryQuery.ALL))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_HISTORY));
  }

  @Test
  void reads_ofAnUnknownStore_createNothing() {
    assertThat(told(HistoryQuery.ALL)).isEmpty();
    assertThat(told(HistoryQuery.key("k"))).isEmpty();
    assertThat(history(one).changes(HistoryQuery.ALL).items()).isEmpty();
    assertThat(history(one).labels()).isEmpty();
    assertThat(history(one).reachesBackTo()).isEqualTo(Instant.EPOCH);
    ReadOptions then = ReadOptions.DEFAULT.at(clock.instant());
    assertThat(store(one).scanKeys(KeyRange.ALL, 10, then).items()).isEmpty();
    assertThat(collections()).isEmpty();
  }

  @Test
  void reads_ofEntriesBeforeTheFirstWrite_findNoHistory() {
    set(other, "k", 1);
    Instant before = clock.instant();
    clock.advance(Duration.ofSeconds(1));
    assertThat(told(HistoryQuery.ALL)).isEmpty();
    assertThat(history(one).reachesBackTo()).isAfter(before);
    assertThatThrownBy(() -> store(one).scanKeys(KeyRange.ALL, 10, ReadOptions.DEFAULT.at(before)))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HISTORY_GONE));
    set(one, "k", 2);
    assertThat(told(HistoryQuery.ALL)).containsExactly("k set v2", "k set v1");
  }

  @Test
  void expiry_isLeftToTheServer_onlyWithoutAHistory() {
    List<Long> built = new CopyOnWriteArrayList<>();
    CommandListener listener = new CommandListener() {
      @Override
      public void commandStarted(CommandStartedEvent event) {
        if (event.getCommandName().equals("createIndexes")) {
          BsonDocument index = event.getCommand().getArray("indexes").get(0).asDocument();
          if (index.containsKey("expireAfterSeconds")) {
            built.add(index.getNumber("expireAfterSeconds").longValue());
          }
        }
      }
    };
    try (MongoEntryDatabase watched =
        open(settings().withClientCustomizer(client -> client.addCommandListener(listener)))) {
      set(watched, "k", 1);
      history(watched).configure(HistorySettings.DEFAULT);
      long never = Integer.MAX_VALUE;
      assertThat(built).as("refused, and done after a drop").containsExactly(0L, never, never);
      history(watched).configure(HistorySettings.OFF);
      await().until(() -> built.size() == 4);
      assertThat(built).endsWith(0L);
    }
  }

  @Test
  void withoutHistory_documentsHaveNothingOfIt() {
    set(other, "k", 1);
    store(other).delete("k", WriteOptions.DEFAULT);
    set(other, "k", 1);
    assertThat(shell("s").find().first()).doesNotContainKeys("history", "recorded", "deleted");
    assertThat(shell("_kvstore").countDocuments()).as("the format alone").isEqualTo(1);
  }

  @Test
  void turnedOff_needsNoThread() {
    history(other).configure(HistorySettings.OFF);
    set(other, "k", 1);
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("kvstore-history-" + server.database());
  }

  @Test
  void writes_areOneRoundTripEach() {
    List<String> sent = new ArrayList<>();
    Thread me = Thread.currentThread();
    CommandListener listener = new CommandListener() {
      @Override
      public void commandStarted(CommandStartedEvent event) {
        if (Thread.currentThread() == me) {
          sent.add(event.getCommandName());
        }
      }
    };
    MongoSettings counting = settings()
        .withHistory(HistorySettings.DEFAULT)
        .withClientCustomizer(client -> client.addCommandListener(listener));
    try (MongoEntryDatabase counted = open(counting)) {
      set(counted, "start", 0);
      sent.clear();
      set(counted, "k", 1);
      set(counted, "k", 2);
      store(counted).delete("k", WriteOptions.DEFAULT);
      set(counted, "k", 3);
      store(counted).increment("k", 1, WriteOptions.DEFAULT);
      store(counted).increment("n", 1L << 40, WriteOptions.DEFAULT);
      store(counted).writeMany(Map.of("k", int32(5), "m", int32(5)), BatchOptions.DEFAULT);
      assertThat(sent.subList(0, 6)).containsOnly("findAndModify");
      assertThat(sent.subList(6, sent.size())).containsExactly("update");
    }
  }

  @Test
  void replies_haveNoEarlierValues() {
    List<String> replies = new ArrayList<>();
    Thread me = Thread.currentThread();
    CommandListener listener = new CommandListener() {
      @Override
      public void commandSucceeded(CommandSucceededEvent event) {
        if (Thread.currentThread() == me) {
          replies.add(event.getResponse().toString());
        }
      }
    };
    try (MongoEntryDatabase watched = open(settings()
        .withHistory(HistorySettings.DEFAULT)
        .withClientCustomizer(client -> client.addCommandListener(listener)))) {
      for (int i = 0; i < 3; i++) {
        store(watched).write(new Write("k", text("v" + i), WriteOptions.DEFAULT));
        store(watched).write(new Write("l", int32(i), WriteOptions.DEFAULT));
        store(watched).readMany(List.of("k", "l"), ReadOptions.DEFAULT);
        store(watched).scanKeys(KeyRange.ALL, 10, ReadOptions.DEFAULT);
        store(watched).read("k");
      }
      assertThat(replies).anyMatch(reply -> reply.contains("v2"));
      assertThat(replies).noneMatch(reply -> reply.contains("unrecorded"));
    }
  }

  @Test
  void twoProcesses_writingTheSameKeys_loseAndDoubleNothing() throws Exception {
    set(one, "start", 0);
    assertThat(history(other).settings().isEnabled()).isTrue();
    ExecutorService executor = Executors.newFixedThreadPool(4);
    IntFunction<Runnable> writer = number -> () -> {
      for (int i = 0; i < 40; i++) {
        set(number % 2 == 0 ? one : other, "k" + i % 2, i);
        if (i % 10 == 5) {
          store(number % 2 == 0 ? other : one).delete("own" + number, WriteOptions.DEFAULT);
        } else {
          set(number % 2 == 0 ? other : one, "own" + number, i);
        }
      }
    };
    try {
      List<Future<?>> writers = new ArrayList<>();
      IntStream.range(0, 4).forEach(i -> writers.add(executor.submit(writer.apply(i))));
      for (Future<?> each : writers) {
        each.get();
      }
    } finally {
      executor.shutdownNow();
    }
    for (String key : List.of("k0", "k1")) {
      assertThat(told(HistoryQuery.key(key)))
          .containsExactlyElementsOf(IntStream.iterate(80, i -> i - 1)
              .limit(80)
              .mapToObj(i -> key + " set v" + i)
              .toList());
    }
    for (int i = 0; i < 4; i++) {
      assertThat(told(HistoryQuery.key("own" + i))).hasSize(40);
    }
    List<Long> places = new ArrayList<>();
    shell("s.history")
        .find()
        .sort(new Document("_id", 1))
        .forEach(revision -> places.add(revision.getLong("_id")));
    assertThat(places)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, places.size()).mapToObj(i -> (long) i).toList());
  }

  @Test
  void valuesThatAreTooLargeTogether_areRecordedFirst() {
    RawValue large = text("x".repeat(9 * 1024 * 1024));
    store(one).write(new Write("k", large, WriteOptions.DEFAULT));
    store(one).write(new Write("k", large, WriteOptions.DEFAULT));
    store(one).delete("k", WriteOptions.DEFAULT);
    store(one).write(new Write("k", large, WriteOptions.DEFAULT));
    assertThat(told(HistoryQuery.key("k")))
        .containsExactly("k set v1", "k delete", "k set v2", "k set v1");
    assertThatThrownBy(() -> store(one)
            .write(new Write("k", text("x".repeat(16 * 1024 * 1024)), WriteOptions.DEFAULT)))
        .isInstanceOfSatisfying(
            InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
  }

  @Test
  void drop_recordsTheEndOfEachEntry() {
    set(one, "a", 1);
    set(one, "b", 1);
    set(one, "b", 2);
    store(one).delete("a", WriteOptions.DEFAULT);
    store(one).write(new Write("c", int32(1), WriteOptions.DEFAULT.ttl(Duration.ofHours(1))));
    clock.advance(Duration.ofHours(2));

    assertThat(one.drop("s", DropOptions.DEFAULT.author("bob").comment("over"))).isTrue();

    assertThat(one.storeNames()).isEmpty();
    assertThat(store(one).read("b")).isEmpty();
    set(other, "b", 7);
    assertThat(told(HistoryQuery.ALL))
        .containsExactlyInAnyOrder(
            "b set v1",
            "b drop",
            "c expire",
            "c set v1",
            "a delete",
            "a set v1",
            "b set v1",
            "b set v2");
    assertThat(told(HistoryQuery.key("b")))
        .containsExactly("b set v1", "b drop", "b set v2", "b set v1");
    KVRevision<RawValue> drop =
        history(one).revisions(HistoryQuery.key("b")).items().get(1);
    assertThat(drop.author()).contains("bob");
    assertThat(drop.comment()).contains("over");
    assertThat(collections()).noneMatch(name -> name.startsWith("_dropped"));
  }

  private List<String> collections() {
    return server
        .client()
        .getDatabase(server.database())
        .listCollectionNames()
        .into(new ArrayList<>());
  }

  @Test
  void dropAndPurge_leavesNothing_andNoPositionIsUsedTwice() {
    set(one, "a", 1);
    set(one, "a", 2);
    history(one).setLabel(new KVLabel("l", clock.instant(), Optional.empty(), Optional.empty()));
    String before = history(one).changes(HistoryQuery.ALL.limit(1)).next().orElseThrow();

    assertThat(one.drop("s", DropOptions.DEFAULT.purgingHistory())).isTrue();

    assertThat(told(HistoryQuery.ALL)).isEmpty();
    assertThat(history(one).labels()).isEmpty();
    set(one, "a", 3);
    assertThat(told(HistoryQuery.ALL)).containsExactly("a set v1");
    assertThatThrownBy(() -> history(one).changes(HistoryQuery.ALL.after(before)))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HISTORY_GONE));
    assertThat(one.drop("none", DropOptions.DEFAULT.purgingHistory())).isFalse();
  }

  @Test
  void dropAndPurge_leavesNoValue_evenIfTheHistoryWasTurnedOff() {
    for (boolean onAgain : List.of(false, true)) {
      set(one, "a", 1);
      set(one, "b", 1);
      history(one).configure(HistorySettings.DEFAULT);
      assertThat(told(HistoryQuery.ALL)).isNotEmpty();
      history(one).configure(HistorySettings.OFF);
      store(one).delete("a", WriteOptions.DEFAULT);
      if (onAgain) {
        history(one).configure(HistorySettings.DEFAULT);
      }
      one.drop("s", DropOptions.DEFAULT.purgingHistory());
      assertThat(
              shell("s.history").countDocuments(new Document("entry", new Document("$exists", 1))))
          .as("on again: %s", onAgain)
          .isZero();
    }
  }

  @Test
  void feed_tellsOfWrites_notOfWhatIsMovedOrRemoved() {
    set(one, "start", 0);
    List<String> told = new CopyOnWriteArrayList<>();
    FeedSubscription subscription = store(other).subscribe(recording(told), null);
    await().until(() -> told.contains("ready"));
    set(one, "k", 1);
    set(one, "k", 2);
    store(one).delete("k", WriteOptions.DEFAULT);
    store(one).write(new Write("e", int32(1), WriteOptions.DEFAULT.ttl(Duration.ofSeconds(1))));
    assertThat(told(HistoryQuery.key("k"))).hasSize(3);
    clock.advance(Duration.ofMinutes(5));
    HistoryConfig config = new HistoryConfig(
        database(), "s", Optional.empty(), new MongoErrors("test", Duration.ofMinutes(1)));
    HistoryLog log = new HistoryLog(
        database(), "s", config, new MongoErrors("test", Duration.ofMinutes(1)), clock);
    Deadline deadline = Deadline.after(Duration.ofMinutes(1));
    config.read(deadline);
    log.expire(deadline);
    log.moveAll(deadline);
    clock.advance(Duration.ofMinutes(5));
    log.expire(deadline);
    assertThat(shell("s").countDocuments()).as("tombstones are removed").isEqualTo(1);
    set(one, "end", 1);
    await().until(() -> told.contains("SET end 1"));
    subscription.close();
    assertThat(told)
        .containsExactly(
            "ready", "SET k 1", "SET k 2", "DELETE k 0", "SET e 1", "EXPIRE e 0", "SET end 1");
  }

  private MongoDatabase database() {
    return StoreAccess.durable(server.client().getDatabase(server.database()));
  }

  private static ChangeSink recording(List<String> told) {
    return new ChangeSink() {
      @Override
      public void positioned(long position) {
        told.add("ready");
      }

      @Override
      public void changed(List<Change> changes, long position) {
        changes.forEach(
            change -> told.add(change.kind() + " " + change.key() + " " + change.version()));
      }

      @Override
      public void missed() {
        told.add("missed");
      }
    };
  }

  @Test
  void editsByHand_areSeenInTheChangeStream() {
    set(one, "a", 1);
    set(one, "b", 1);
    assertThat(told(HistoryQuery.ALL)).hasSize(2);
    await().untilAsserted(() -> {
      // Repeated, because it is unknown when the stream is open.
      shell("s").updateOne(new Document("_id", "a"), Document.parse("{$inc: {value: 1}}"));
      assertThat(told(HistoryQuery.ALL).get(0)).isEqualTo("a set v1");
      assertThat(told(HistoryQuery.ALL).size()).isGreaterThan(2);
    });
    shell("s").deleteOne(new Document("_id", "b"));
    await()
        .untilAsserted(() ->
            assertThat(told(HistoryQuery.prefix("b"))).containsExactly("b delete", "b set v1"));
    assertThat(history(one).revisions(HistoryQuery.key("a")).items().get(0).author())
        .isEmpty();
  }

  @Test
  void at_revisionsAreRemovedDuringTheRead_isGone() {
    CommandListener listener = new CommandListener() {
      @Override
      public void commandStarted(CommandStartedEvent event) {
        BsonDocument command = event.getCommand();
        if (command.get("find") instanceof BsonString collection
            && collection.getValue().equals("s.history")
            && command.getDocument("filter").isDocument("_id")) {
          Document since = new Document("since", clock.instant().plusSeconds(1));
          shell("_kvstore")
              .updateOne(new Document("_id", "history:s"), new Document("$set", since));
          shell("s.history").deleteMany(new Document());
        }
      }
    };
    set(one, "k", 1);
    assertThat(told(HistoryQuery.ALL)).hasSize(1);
    try (MongoEntryDatabase watched =
        open(settings().withClientCustomizer(client -> client.addCommandListener(listener)))) {
      ReadOptions then = ReadOptions.DEFAULT.at(clock.instant());
      assertThatThrownBy(() -> watched.store("s").scan(KeyRange.ALL, Projection.ENTRIES, 10, then))
          .isInstanceOfSatisfying(
              KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HISTORY_GONE));
    }
  }

  @Test
  void at_keysWithManyRevisions_areSkipped() {
    List<Document> revisions = new ArrayList<>();
    for (long place = 1; place <= 3 * 450; place++) {
      String key = "k" + (place - 1) / 450;
      long number = (place - 1) % 450 + 1;
      revisions.add(new Document("_id", place)
          .append("key", key)
          .append("revision", number)
          .append("at", Instant.ofEpochMilli(number))
          .append("operation", "set")
          .append("digest", "")
          .append("entry", new Document("_id", key).append("version", number)));
    }
    shell("s.history").insertMany(revisions);
    set(one, "z", 1);
    ReadOptions then = ReadOptions.DEFAULT.at(Instant.ofEpochMilli(449));
    history(one).configure(HistorySettings.DEFAULT);
    assertThat(store(one).scanKeys(KeyRange.ALL, 10, then).items())
        .containsExactly("k0", "k1", "k2");
    assertThat(store(one).readMany(List.of("k0", "k2"), then))
        .extracting(entry -> entry.version())
        .containsExactly(449L, 449L);
  }
}
