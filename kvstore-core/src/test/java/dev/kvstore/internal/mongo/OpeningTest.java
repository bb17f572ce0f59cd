package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.ScriptedMongo.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mongo.feed.Recorded;
import dev.kvstore.mongo.MongoKVStore;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.testing.MongoTestServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class OpeningTest {
  /** The driver's default is 30 seconds. */
  private static final Duration FAR_LESS_THAN_THE_DRIVERS = Duration.ofSeconds(15);

  private static final MongoSettings FAST =
      MongoSettings.DEFAULT.withTimeout(Duration.ofSeconds(1));

  /** Without a near-cache, for scripts that do not cover its commands. */
  private static final MongoSettings SCRIPTED = FAST.withoutNearCache();

  @Test
  void open_connectionString_keepsValuesInTheNamedDatabase() {
    try (MongoTestServer server = MongoTestServer.start();
        KVStore store = MongoKVStore.open(server.connectionString(), "settings")) {
      store.set("a", 1);

      assertThat(store.get("a", Integer.class)).isEqualTo(1);
      assertThat(server
              .client()
              .getDatabase(server.database())
              .getCollection("settings")
              .countDocuments())
          .isEqualTo(1);
    }
  }

  @Test
  void open_databaseOfTheSettings_winsOverThatOfTheConnectionString() {
    try (MongoTestServer server = MongoTestServer.start()) {
      String another = server.database() + "_2";
      try (KVStore store = MongoKVStore.open(
          server.connectionString(), "settings", MongoSettings.DEFAULT.withDatabase(another))) {
        store.set("a", 1);

        assertThat(server.client().getDatabase(another).listCollectionNames()).contains("settings");
        assertThat(server.client().getDatabase(server.database()).listCollectionNames())
            .isEmpty();
      } finally {
        server.client().getDatabase(another).drop();
      }
    }
  }

  @Test
  void open_broughtClient_staysOpenAfterClose() {
    try (MongoTestServer server = MongoTestServer.start()) {
      KVStore store = MongoKVStore.open(server.client(), server.database(), "settings");
      store.set("a", 1, WriteOptions.ifAbsent());
      store.close();
      store.close();

      assertThat(catchThrowableOfType(KVException.class, () -> store.has("a")).code())
          .isEqualTo(ErrorCode.CLOSED);
      assertThat(server.client().getDatabase(server.database()).listCollectionNames())
          .contains("settings");
    }
  }

  @Test
  void use_afterTheBroughtClientWasClosed_isClosed() {
    try (MongoTestServer server = MongoTestServer.start()) {
      MongoClient client = MongoClients.create(server.connectionString());
      KVStore store = MongoKVStore.open(client, server.database(), "settings");
      client.close();

      assertThat(catchThrowableOfType(KVException.class, () -> store.has("a")).code())
          .isEqualTo(ErrorCode.CLOSED);
      assertThat(
              catchThrowableOfType(KVException.class, () -> store.set("a", 1)).code())
          .isEqualTo(ErrorCode.CLOSED);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "http://user:geheim@localhost",
        "mongodb://user:geh@eim@localhost/app",
        "mongodb://user:geheim@localhost:port/app",
        "mongodb://user:geheim@localhost/a b",
        "mongodb://user:geheim@localhost/app?authMechanism=GEHEIM"
      })
  void open_noConnectionString_isInvalidAndRepeatsNothingOfIt(String text) {
    KVException thrown = catchThrowableOfType(
        InvalidInputException.class, () -> MongoKVStore.open(text, "settings"));

    assertThat(thrown.code()).isEqualTo(ErrorCode.INVALID_PARAMETER);
    assertThat(trace(thrown)).doesNotContainIgnoringCase("geheim").doesNotContain("eim@");
  }

  private static String trace(Throwable thrown) {
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }

  @Test
  void open_illegalStore_isInvalid() {
    assertThat(catchThrowableOfType(
                InvalidInputException.class,
                () -> MongoKVStore.open("mongodb://localhost", "system.users"))
            .code())
        .isEqualTo(ErrorCode.INVALID_STORE);
  }

  @Test
  void open_nobodyThere_namesTheHostsInTime() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    String uri = "mongodb://user:geheim@127.0.0.1:" + port + "/app";
    long start = System.nanoTime();

    assertThatThrownBy(() -> MongoKVStore.open(uri, "settings", FAST))
        .isExactlyInstanceOf(UnavailableException.class)
        .hasMessageContaining("127.0.0.1:" + port)
        .satisfies(e -> assertThat(trace(e)).doesNotContain("geheim"));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(FAR_LESS_THAN_THE_DRIVERS);
  }

  @Test
  void open_wrongPassword_isUnauthenticated() {
    try (ScriptedMongo mongo = ScriptedMongo.standalone()) {
      for (int i = 0; i < 100; i++) {
        mongo.reply("saslStart", error(18, "AuthenticationFailed"));
      }
      String uri = mongo.uri().replace("mongodb://", "mongodb://user:geheim@");

      KVException thrown =
          catchThrowableOfType(KVException.class, () -> MongoKVStore.open(uri, "settings", FAST));

      assertThat(thrown.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
      assertThat(trace(thrown)).doesNotContain("geheim");
    }
  }

  @Test
  void open_tooOld_isUnsupported() {
    try (ScriptedMongo mongo = ScriptedMongo.ofWireVersion(6)) {
      assertThat(catchThrowableOfType(
                  KVException.class, () -> MongoKVStore.open(mongo.uri(), "settings", FAST))
              .code())
          .isEqualTo(ErrorCode.UNSUPPORTED_SERVER);
    }
  }

  @Test
  void read_notAllowed_isForbidden() {
    try (ScriptedMongo mongo = ScriptedMongo.standalone();
        KVStore store = MongoKVStore.open(mongo.uri(), "settings", SCRIPTED)) {
      mongo.reply("find", error(13, "Unauthorized"));

      assertThat(catchThrowableOfType(KVException.class, () -> store.has("a")).code())
          .isEqualTo(ErrorCode.FORBIDDEN);
    }
  }

  @Test
  void write_tooLargeForTheServer_isTooLarge() {
    try (ScriptedMongo mongo = ScriptedMongo.standalone();
        KVStore store = MongoKVStore.open(mongo.uri(), "settings", SCRIPTED)) {
      mongo.reply("findAndModify", error(17420, "Location17420"));

      assertThat(
              catchThrowableOfType(KVException.class, () -> store.set("a", 1)).code())
          .isEqualTo(ErrorCode.TOO_LARGE);
    }
  }

  @Test
  void write_whateverTheConnectionStringSays_waitsForMajorityAndJournal() {
    try (ScriptedMongo mongo = ScriptedMongo.replicaSet();
        KVStore store = MongoKVStore.open(
            mongo.uri() + "&w=1&journal=false&readPreference=secondary&readConcernLevel=local"
                + "&retryWrites=false&wTimeoutMS=7",
            "settings",
            SCRIPTED)) {
      mongo
          .reply("findAndModify", Recorded.replicaSet("set", "creates").reply())
          .reply("find", Recorded.replicaSet("get", "").reply());
      store.set("ui.theme", "dark");
      store.get("ui.theme", String.class);

      assertThat(mongo.sent("findAndModify").get(0).getDocument("writeConcern"))
          .isEqualTo(org.bson.BsonDocument.parse("{w: 'majority', j: true}"));
      assertThat(mongo.sent("findAndModify").get(0)).containsKeys("txnNumber", "maxTimeMS");
      assertThat(mongo.sent("find").get(0))
          .doesNotContainKey("$readPreference")
          .containsEntry("readConcern", org.bson.BsonDocument.parse("{level: 'majority'}"));
    }
  }

  @Test
  void settings_illegalTimeoutOrDatabase_isInvalid() {
    assertThatThrownBy(() -> MongoSettings.DEFAULT.withTimeout(Duration.ZERO))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> MongoSettings.DEFAULT.withDatabase("a/b"))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> MongoSettings.DEFAULT.withHeartbeat(Duration.ofMillis(99)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("heartbeat");
    assertThatThrownBy(() -> MongoSettings.DEFAULT.withPollingInterval(Duration.ofMinutes(2)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("polling interval");
  }
}
