package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.RawValues.int32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.CacheHealth;
import dev.kvstore.KVEntry;
import dev.kvstore.KVStore;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.mongo.feed.ChangePump;
import dev.kvstore.mongo.MongoKVStore;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.MongoStack;
import dev.kvstore.testing.MongoTestServer;
import dev.kvstore.testing.RawStore;
import dev.kvstore.testing.StandInReplicaSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests nodes with near-caches over one database, with a change stream and with polling. */
@Timeout(60)
class CachedNodesTest {
  private static final Duration LONG = Duration.ofSeconds(40);
  private static final MongoSettings SETTINGS =
      MongoSettings.DEFAULT.withTimeout(Duration.ofSeconds(20));

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private <T extends AutoCloseable> T opened(T resource) {
    opened.add(resource);
    return resource;
  }

  private MongoTestServer server(boolean replicaSet) {
    return opened(replicaSet ? MongoTestServer.startReplicaSet() : MongoTestServer.start());
  }

  private StoreStack database(String uri, MongoSettings settings) {
    return opened(MongoStack.open(uri, settings));
  }

  private EntryStore node(String uri, MongoSettings settings) {
    return opened(MongoStack.openCachedFromTheStart(uri, settings)).store("settings");
  }

  private static CacheHealth health(EntryStore store) {
    return RawStore.of(store).cache().orElseThrow().health();
  }

  private static void awaitCoherent(EntryStore store) {
    await().atMost(LONG).until(() -> health(store).coherent());
  }

  /** Waits until the feed has reported everything up to now. */
  private static void awaitProof(EntryStore store) {
    long now = System.nanoTime();
    await().until(() -> health(store).lag().toNanos() < System.nanoTime() - now);
  }

  private static int read(EntryStore store, String key) {
    return store
        .find(key, ReadOptions.DEFAULT)
        .map(KVEntry::value)
        .map(value -> value.equals(int32(1)) ? 1 : value.equals(int32(2)) ? 2 : -1)
        .orElse(0);
  }

  private static Write write(String key, RawValue value) {
    return new Write(key, value, WriteOptions.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void changes_ofAnotherNode_areSeenWithinTheBound_andAllElseIsServedFromMemory(
      boolean replicaSet) {
    String uri = server(replicaSet).connectionString();
    RawStore writer = RawStore.of(node(uri, SETTINGS.withoutNearCache()));
    RawStore reader = RawStore.of(node(uri, SETTINGS.withPollingInterval(Duration.ofMillis(50))));
    writer.write(write("a", int32(1)));
    writer.write(write("b", int32(1)));
    awaitCoherent(reader);
    assertThat(List.of(read(reader, "a"), read(reader, "b"), read(reader, "c")))
        .containsExactly(1, 1, 0);
    // An entry that was being loaded when the feed first reported it is loaded again.
    await().until(() -> {
      long loads = health(reader).loads();
      awaitProof(reader);
      assertThat(List.of(read(reader, "a"), read(reader, "b"), read(reader, "c")))
          .containsExactly(1, 1, 0);
      return health(reader).loads() == loads;
    });

    writer.write(write("a", int32(2)));
    writer.delete("b", WriteOptions.DEFAULT);
    writer.write(write("c", int32(1)));
    long since = System.nanoTime();
    await().atMost(LONG).pollInterval(Duration.ofMillis(10)).until(() -> {
      // Measured at the start of the read, because a busy machine may delay the rest.
      Duration begun = Duration.ofNanos(System.nanoTime() - since);
      boolean seen = read(reader, "a") == 2 && read(reader, "b") == 0 && read(reader, "c") == 1;
      assertThat(seen || begun.compareTo(NearCacheSettings.DEFAULT.stalenessBound()) < 0)
          .as("seen within the bound")
          .isTrue();
      return seen;
    });

    writer.delete("a", WriteOptions.DEFAULT);
    writer.write(write("a", int32(1)));
    await().until(() -> read(reader, "a") == 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void cache_withASmallBound_staysCoherentWhileNothingHappens(boolean replicaSet) {
    MongoSettings strict = SETTINGS.withNearCache(
        NearCacheSettings.builder().stalenessBound(Duration.ofMillis(800)).build());
    RawStore store = RawStore.of(node(server(replicaSet).connectionString(), strict));
    awaitCoherent(store);
    AtomicReference<Object> since = new AtomicReference<>();

    // On a busy machine the feed may start over.
    await().during(Duration.ofSeconds(2)).atMost(LONG).until(() -> {
      CacheHealth health = health(store);
      return health.coherent() && health.since().equals(since.getAndSet(health.since()));
    });
  }

  @Test
  void frozenServer_endsTheLease_andItGoesOnAfterwards() {
    StandInReplicaSet standIn = opened(StandInReplicaSet.start());
    RawStore store = RawStore.of(node(
        standIn.connectionString(), MongoSettings.DEFAULT.withTimeout(Duration.ofMillis(500))));
    awaitCoherent(store);
    store.write(write("a", int32(1)));
    assertThat(read(store, "a")).isEqualTo(1);

    standIn.wire().freeze();
    opened.add(standIn.wire()::thaw);
    await().atMost(LONG).until(() -> !health(store).coherent());
    assertThatThrownBy(() -> read(store, "a")).isInstanceOf(UnavailableException.class);

    standIn.wire().thaw();
    awaitCoherent(store);
    assertThat(read(store, "a")).isEqualTo(1);
  }

  @Test
  void openedWhileTheServerIsDown_becomesCoherentWhenItComes() {
    StandInReplicaSet standIn = opened(StandInReplicaSet.start());
    standIn.wire().refuse();
    RawStore store = RawStore.of(node(
        standIn.connectionString(), MongoSettings.DEFAULT.withTimeout(Duration.ofMillis(500))));
    assertThatThrownBy(() -> read(store, "a")).isInstanceOf(UnavailableException.class);

    standIn.wire().accept(true);
    await().atMost(Duration.ofSeconds(30)).until(() -> health(store).coherent());
    store.write(write("a", int32(1)));
    assertThat(read(store, "a")).isEqualTo(1);
    assertThat(store.syncToken().position()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void stores_askedForInVain_costNothing(boolean replicaSet) {
    MongoTestServer server = server(replicaSet);
    StoreStack database = database(server.connectionString(), SETTINGS);
    for (int i = 0; i < 1000; i++) {
      RawStore store = RawStore.of(database.store("s" + i));
      assertThat(read(store, "a")).isZero();
      assertThat(store.cache()).isEmpty();
    }
    assertThat(threads(server.database())).isEmpty();

    RawStore one = RawStore.of(database.store("settings"));
    one.write(write("a", int32(1)));
    RawStore other = RawStore.of(database.store("settings"));
    await().until(() -> health(other).coherent());
    one.close();
    assertThat(List.of(read(other, "a"), read(other, "a"))).containsExactly(1, 1);
    assertThat(health(database.store("settings")).hits()).isPositive();
    assertThat(threads(server.database())).hasSize(2);
    database.close();
    await().until(() -> threads(server.database()).isEmpty());
  }

  /** Returns the threads of caches of this database. */
  private static List<String> threads(String database) {
    return Stream.of("kvstore-cache-", "kvstore-changes-")
        .map(prefix -> prefix + database)
        .filter(name -> Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.getName().equals(name)))
        .toList();
  }

  @Test
  void drop_isSeenAtOnce() {
    StoreStack database = database(server(true).connectionString(), SETTINGS);
    RawStore store = RawStore.of(database.store("settings"));
    store.write(write("a", int32(1)));
    await().until(() -> health(store).coherent());
    assertThat(read(store, "a")).isEqualTo(1);

    assertThat(database.drop("settings")).isTrue();
    assertThat(read(store, "a")).isZero();
  }

  @Test
  void openStore_hasACacheFromTheStart_whichEndsWithIt() {
    MongoTestServer server = server(false);
    KVStore store = MongoKVStore.open(server.connectionString(), "alone", SETTINGS);
    assertThat(store.cache()).isPresent();
    await().until(() -> store.cache().orElseThrow().health().coherent());
    assertThat(store.has("a")).isFalse();
    assertThat(store.has("a")).isFalse();
    assertThat(store.cache().orElseThrow().health().hits()).isEqualTo(1);
    store.close();
    await()
        .until(() -> Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().equals("kvstore-cache-alone")
                || thread.getName().equals("kvstore-changes-" + server.database())));
  }

  @Test
  void heartbeat_beatsUntilTheDatabaseIsClosed() {
    MongoTestServer server = server(true);
    StoreStack database =
        database(server.connectionString(), SETTINGS.withHeartbeat(Duration.ofMillis(100)));
    var beats = server.client().getDatabase(server.database()).getCollection(ChangePump.HEARTBEATS);
    await().until(() -> beats.countDocuments() == 1);
    Document first = beats.find().first();
    await().until(() -> !beats.find().first().equals(first));
    database.close();
    await()
        .until(() -> Thread.getAllStackTraces().keySet().stream()
            .noneMatch(
                thread -> thread.getName().equals("kvstore-heartbeat-" + server.database())));
  }
}
