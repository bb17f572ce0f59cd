package dev.kvstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.WriteOptions;
import dev.kvstore.client.internal.events.EventTimes;
import dev.kvstore.client.internal.request.Endpoint;
import dev.kvstore.client.internal.request.Endpoints;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.client.internal.store.HttpEntryDatabase;
import dev.kvstore.client.internal.store.HttpEntryStore;
import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.cache.NearCache;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.MongoStack;
import dev.kvstore.testing.MongoTestServer;
import dev.kvstore.testing.RawStore;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests two nodes of the service over one replica set, each with its own near-cache. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TwoNodesTest {
  private static final String KEY = "k";
  private static final int ROUNDS = 30;
  private static final HttpSettings SETTINGS =
      HttpSettings.DEFAULT.withRequestTimeout(HttpContract.PATIENCE);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private URI nodeA;
  private URI nodeB;

  @BeforeEach
  void start() {
    MongoTestServer server = opened(MongoTestServer.startReplicaSet());
    nodeA = node(server);
    nodeB = node(server);
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private <T extends AutoCloseable> T opened(T resource) {
    opened.add(resource);
    return resource;
  }

  private URI node(MongoTestServer server) {
    StoreStack database = opened(MongoStack.open(
        server.connectionString(), MongoSettings.DEFAULT.withTimeout(HttpContract.PATIENCE)));
    KVServer service = opened(KVServer.start(ServerSettings.DEFAULT, database));
    return URI.create("http://127.0.0.1:" + service.port());
  }

  private EntryStore store(URI node) {
    return opened(HttpEntryDatabase.open(List.of(node), SETTINGS.requests())).store("app");
  }

  private static RawValue raw(int value) {
    return BsonValues.ofNumber(value, false);
  }

  private static KVMetadata set(EntryStore store, int value) {
    return RawStore.of(store).write(new Write(KEY, raw(value), WriteOptions.DEFAULT));
  }

  private static Optional<RawValue> value(Optional<KVEntry<RawValue>> entry) {
    return entry.map(KVEntry::value);
  }

  private static Optional<RawValue> read(EntryStore store, ReadOptions options) {
    return value(store.find(KEY, options));
  }

  @Test
  void write_isSeenAtTheOtherNode_atOnceByItsToken_andSoonWithout() {
    RawStore a = RawStore.of(store(nodeA));
    for (int i = 1; i <= ROUNDS; i++) {
      RawStore b = RawStore.of(store(nodeB));
      read(b, ReadOptions.DEFAULT);
      set(a, i);

      assertThat(read(b, ReadOptions.atLeast(a.syncToken()))).contains(raw(i));
      assertThat(b.syncToken()).isGreaterThanOrEqualTo(a.syncToken());
    }
    RawStore unaware = RawStore.of(store(nodeB));
    set(a, -1);
    await()
        .atMost(HttpContract.PATIENCE)
        .until(() -> read(unaware, ReadOptions.DEFAULT).equals(Optional.of(raw(-1))));
  }

  @Test
  void setDefault_keepsNothingThatWasDeletedAtTheOtherNode() {
    RawStore a = RawStore.of(store(nodeA));
    for (int i = 1; i <= ROUNDS; i++) {
      RawStore b = RawStore.of(store(nodeB));
      set(a, i);
      read(b, ReadOptions.atLeast(a.syncToken()));
      a.delete(KEY, WriteOptions.DEFAULT);
      // It receives a later position, but not the key.
      b.read("another", ReadOptions.atLeast(a.syncToken()));
      SetDefaultResult<RawValue> defaulted =
          b.setDefault(new Write(KEY, raw(-i), WriteOptions.DEFAULT));

      assertThat(defaulted.stored()).isTrue();
    }
  }

  @Test
  void write_isTold_byTheOtherNode() {
    RawStore a = RawStore.of(store(nodeA));
    RawStore b = RawStore.of(store(nodeB));
    Versions versions = new Versions();
    opened(b.subscribe(versions, null));
    await().atMost(HttpContract.PATIENCE).until(() -> versions.positioned);
    List<Long> written =
        IntStream.range(0, ROUNDS).mapToObj(i -> set(a, i).version()).toList();

    await().atMost(HttpContract.PATIENCE).until(() -> versions.told.size() >= ROUNDS);
    assertThat(versions.told).isEqualTo(written);
  }

  /** Records the reported versions, each once. */
  private static final class Versions implements ChangeSink {
    final List<Long> told = new CopyOnWriteArrayList<>();
    volatile boolean positioned;

    @Override
    public void positioned(long position) {
      positioned = true;
    }

    @Override
    public void changed(List<Change> changes, long position) {
      for (Change change : changes) {
        if (!told.contains(change.version())) {
          told.add(change.version());
        }
      }
    }

    @Override
    public void missed() {
      told.add(-1L);
    }
  }

  @Test
  void client_readsItsOwnWrites_whicheverNodeAnswers() {
    Endpoints endpoints = new Endpoints(List.of(nodeA, nodeB), System::nanoTime);
    HttpEntryStore plain = opened(new HttpEntryStore(
        "app",
        HttpContract.PATIENCE,
        EventTimes.DEFAULT,
        new Transport(endpoints, SETTINGS.requests(), Transport.MAX_ANSWER_BYTES)));
    // Both nodes cache the key, so each could return the old value.
    set(plain, 0);
    for (int i = 1; i <= ROUNDS; i++) {
      set(plain, i);
      Endpoint asked = endpoints.choose();
      endpoints.failed(asked);
      assertThat(endpoints.choose()).isNotEqualTo(asked);
      assertThat(read(plain, ReadOptions.DEFAULT)).contains(raw(i));
      endpoints.worked(asked);
    }
  }

  @Test
  void nearCaches_atBothNodes_converge() {
    InstantSource clock = InstantSource.system();
    NearCache a = opened(NearCache.over(store(nodeA), NearCacheSettings.DEFAULT, clock));
    NearCache b = opened(NearCache.over(store(nodeB), NearCacheSettings.DEFAULT, clock));
    await()
        .atMost(HttpContract.PATIENCE)
        .until(() -> a.health().coherent() && b.health().coherent());
    for (int i = 1; i <= ROUNDS; i++) {
      NearCache writer = i % 2 == 0 ? a : b;
      NearCache reader = i % 2 == 0 ? b : a;
      Optional<RawValue> written = Optional.of(raw(i));
      set(writer, i);
      assertThat(read(writer, ReadOptions.DEFAULT)).isEqualTo(written);
      assertThat(read(reader, ReadOptions.atLeast(writer.syncToken()))).isEqualTo(written);
      assertThat(read(reader, ReadOptions.DEFAULT)).as("no way back").isEqualTo(written);
    }
    set(a, -1);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> read(b, ReadOptions.DEFAULT).equals(Optional.of(raw(-1))));
  }
}
