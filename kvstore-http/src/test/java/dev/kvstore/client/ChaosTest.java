package dev.kvstore.client;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVStore;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.http.server.ConnectionSettings;
import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.http.tls.TestCertificate;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the promises of a store over HTTP with a faulty network. */
@Timeout(120)
class ChaosTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int STEPS = 40;
  private static final long SEED = 1;

  @TempDir
  private Path folder;

  private EntryDatabase database;
  private KVServer service;

  @BeforeEach
  void start() {
    database = SqliteEntryDatabase.open(folder.resolve("chaos.db"));
    service = KVServer.start(ServerSettings.DEFAULT, database);
  }

  @AfterEach
  void stop() {
    service.close();
    database.close();
  }

  private URI direct() {
    return URI.create("http://127.0.0.1:" + service.port());
  }

  @Test
  void nothingAcknowledgedIsLostAndNothingIsDoneTwice() throws Exception {
    HttpSettings settings = HttpSettings.DEFAULT.withRequestTimeout(TIMEOUT).withoutNearCache();
    try (ChaosProxy proxy = new ChaosProxy(service.port(), SEED);
        KVStore store = HttpKVStore.open(proxy.uri(), "chaos", settings);
        KVStore direct = HttpKVStore.open(direct(), "chaos", settings)) {
      ChaosWorkload workload = new ChaosWorkload(of(store), TIMEOUT, STEPS);
      workload.run();
      workload.check(of(direct));

      assertThat(workload.violations()).isEmpty();
      assertThat(workload.done()).isGreaterThan(workload.failed());
    }
  }

  /** If any byte may change in transit, only TLS detects it. */
  @Test
  void nothingIsLostOrDoneTwiceWhereAnyByteMayChange() throws Exception {
    TestCertificate certificate = TestCertificate.of("EC", "server");
    ServerSettings encrypted = with(
        ServerSettings.DEFAULT,
        "connections",
        with(ConnectionSettings.DEFAULT, "tls", certificate.writeTo(folder)));
    HttpSettings settings =
        HttpSettings.DEFAULT.withRequestTimeout(TIMEOUT).withSslContext(certificate.client(null));
    try (KVServer https = KVServer.start(encrypted, database);
        GarblingTunnel tunnel = new GarblingTunnel(https.port(), SEED);
        KVStore store = HttpKVStore.open(tunnel.uri(), "chaos", settings);
        KVStore direct = HttpKVStore.open(direct(), "chaos", settings)) {
      ChaosWorkload workload = new ChaosWorkload(of(store), TIMEOUT, STEPS);
      workload.run();
      workload.check(of(direct));

      assertThat(workload.violations()).isEmpty();
      assertThat(workload.done()).isGreaterThan(workload.failed());
      assertThat(tunnel.garbled()).isPositive();
    }
  }

  /** Proves that the proxy and the checks detect violations. */
  @Test
  void clientThatTriesBlindlyAgain_isFoundOut() throws Exception {
    try (KVStore direct =
        HttpKVStore.open(direct(), "chaos", HttpSettings.DEFAULT.withoutNearCache())) {
      ChaosWorkload workload;
      int seed = 0;
      do {
        direct.keys("").forEach(direct::delete);
        try (ChaosProxy proxy = new ChaosProxy(service.port(), ++seed)) {
          workload = new ChaosWorkload(blind(proxy.uri()), TIMEOUT, STEPS);
          workload.run();
        }
        workload.check(of(direct));
      } while (workload.violations().isEmpty() && seed < 10);

      assertThat(workload.violations())
          .anyMatch(violation -> violation.startsWith("c"))
          .anyMatch(violation -> violation.startsWith("w"));
    }
  }

  private static ChaosWorkload.Operations of(KVStore store) {
    return new ChaosWorkload.Operations() {
      @Override
      public void set(String key, int value) {
        store.set(key, value);
      }

      @Override
      public void increment(String counter) {
        store.increment(counter);
      }

      @Override
      public int get(String key) {
        return Objects.requireNonNull(store.getOrDefault(key, 0));
      }
    };
  }

  /** Returns operations that blindly retry until there is a response. */
  private static ChaosWorkload.Operations blind(URI service) {
    HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    String store = service + "/v1/stores/chaos/";
    return new ChaosWorkload.Operations() {
      @Override
      public void set(String key, int value) {
        send(HttpRequest.newBuilder(URI.create(store + "keys/" + key))
            .PUT(BodyPublishers.ofString(Integer.toString(value))));
      }

      @Override
      public void increment(String counter) {
        send(HttpRequest.newBuilder(URI.create(store + "counters/" + counter))
            .POST(BodyPublishers.ofString("{\"by\":1}")));
      }

      @Override
      public int get(String key) {
        String body = send(HttpRequest.newBuilder(URI.create(store + "keys/" + key)));
        return body.matches("[0-9]+") ? Integer.parseInt(body) : 0;
      }

      private String send(HttpRequest.Builder request) {
        for (int tries = 0; tries < 50; tries++) {
          try {
            return client.send(request.build(), BodyHandlers.ofString()).body();
          } catch (IOException e) {
            // Retry.
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
        throw new OutcomeUnknownException("never answered", null);
      }
    };
  }
}
