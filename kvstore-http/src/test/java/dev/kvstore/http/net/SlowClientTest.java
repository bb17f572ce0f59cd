package dev.kvstore.http.net;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.server.ConnectionSettings;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests slow clients, malicious or not. */
class SlowClientTest {
  private static final String KEY = "/v1/stores/app/keys/k";
  private static final Duration PATIENCE = Duration.ofMillis(400);
  private static final Duration FAR_LESS_THAN_IDLE = Duration.ofSeconds(15);

  @SuppressWarnings("NullAway.Init")
  private HookedDatabase database;

  @SuppressWarnings("NullAway.Init")
  private TestService service;

  @BeforeEach
  void start(@TempDir Path folder) {
    database = new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    service = TestService.start(
        database,
        with(
            ServerSettings.DEFAULT,
            "connections",
            with(ConnectionSettings.DEFAULT, "maxConnections", 100, "patience", PATIENCE)));
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Sends single bytes until the service closes the connection. */
  private static void drip(Socket socket) {
    Awaitility.await()
        .atMost(FAR_LESS_THAN_IDLE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> {
          try {
            send(socket, "x");
            return socket.getInputStream().available() > 0;
          } catch (SocketException e) {
            return true;
          }
        });
  }

  @Test
  void headThatDrips_isCutOff() throws IOException {
    try (Socket socket = service.connect()) {
      send(socket, "GET " + KEY + " HTTP/1.1\r\nHost: x\r\nA: ");
      drip(socket);
    }
  }

  @Test
  void headThatStops_isCutOff() throws IOException {
    try (Socket socket = service.connect()) {
      send(socket, "GET " + KEY + " HTTP/1.1\r\nHost");

      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void secondHeadThatStops_isCutOff() throws IOException {
    try (Socket socket = service.connect()) {
      send(socket, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(Reply.read(socket.getInputStream(), false).status()).isEqualTo(200);
      send(socket, "GET ");

      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void bodyThatDrips_isToldSo_andWritesNothing() throws IOException {
    try (Socket socket = service.connect()) {
      send(socket, "PUT " + KEY + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n\"");
      drip(socket);
      Reply reply = Reply.read(socket.getInputStream(), false);

      assertThat(reply.status()).isEqualTo(408);
      assertThat(reply.code()).isEqualTo("request-timeout");
    }
    assertThat(service.get(KEY).status()).isEqualTo(404);
  }

  @Test
  void bodyThatStops_isToldSo() throws IOException {
    try (Socket socket = service.connect()) {
      send(socket, "PUT " + KEY + " HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n\"");

      assertThat(Reply.read(socket.getInputStream(), false).code()).isEqualTo("request-timeout");
    }
  }

  @Test
  void answerThatIsReadByteByByte_isGivenUp() throws Exception {
    String value = "\"" + "x".repeat(900_000) + "\"";
    for (int i = 0; i < 20; i++) {
      assertThat(service.put(KEY + i, value).status()).isEqualTo(201);
    }
    try (Socket socket = service.connect()) {
      socket.setReceiveBufferSize(4096);
      send(socket, "GET /v1/stores/app/values HTTP/1.1\r\nHost: x\r\n\r\n");

      Awaitility.await().atMost(FAR_LESS_THAN_IDLE).until(() -> isReset(socket));
    }
  }

  /**
   * Returns true if the connection was reset. Probes with an empty line, which is allowed between
   * requests.
   */
  private static boolean isReset(Socket socket) throws IOException {
    try {
      send(socket, "\r\n");
      return socket.getInputStream().read() < 0;
    } catch (SocketException e) {
      return true;
    }
  }

  @Test
  void databaseThatIsSlow_isWaitedFor() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    database.before(method -> {
      try {
        assertThat(never.await(4 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    try (Socket socket = service.connect()) {
      send(socket, "PUT " + KEY + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1");
      assertThat(Reply.read(socket.getInputStream(), false).status()).isEqualTo(201);
      send(socket, "GET " + KEY + " HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(Reply.read(socket.getInputStream(), false).text()).isEqualTo("1");
    }
  }

  @Test
  void connectionThatIsNotUsed_isKept() throws IOException {
    try (Socket socket = service.connect()) {
      send(socket, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(Reply.read(socket.getInputStream(), false).status()).isEqualTo(200);
      long end = System.nanoTime() + 4 * PATIENCE.toNanos();
      Awaitility.await().until(() -> System.nanoTime() - end > 0);
      send(socket, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");

      assertThat(Reply.read(socket.getInputStream(), false).status()).isEqualTo(200);
    }
  }
}
