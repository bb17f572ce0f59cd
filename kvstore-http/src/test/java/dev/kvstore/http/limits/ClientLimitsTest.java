package dev.kvstore.http.limits;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.api.events.EventReader;
import dev.kvstore.http.api.events.EventSettings;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.RateLimiter;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.http.server.ConnectionSettings;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.http.server.WebSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that one client cannot take all resources. */
class ClientLimitsTest {
  private static final String KEY = "/v1/stores/app/keys/k";
  private static final String EVENTS = "/v1/stores/app/events";

  private final TestTokens tokens = new TestTokens();
  private final String one = tokens.add("one", Role.WRITE, Limits.NONE);
  private final String other = tokens.add("other", Role.WRITE, Limits.NONE);
  private final CountDownLatch answered = new CountDownLatch(1);
  private HookedDatabase database;
  private TestService service;

  @BeforeEach
  void start(@TempDir Path folder) {
    database = new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    service = TestService.start(
        database,
        with(
            ServerSettings.DEFAULT,
            "connections",
            with(
                ConnectionSettings.DEFAULT,
                "maxRequestsPerClient",
                2,
                "bodyTimeout",
                Duration.ofMillis(300)),
            "events",
            new EventSettings(5000, 10, Duration.ofMinutes(1), Duration.ofSeconds(5), 1),
            "web",
            with(WebSettings.DEFAULT, "trustedProxies", List.of("127.0.0.1"))),
        new AccessControl(tokens.authenticator(), new RateLimiter(5, () -> 0), false));
  }

  @AfterEach
  void stop() {
    answered.countDown();
    service.close();
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void moreRequestsThanAClientMayHave_are429_othersAreAnswered() throws Exception {
    CountDownLatch begun = new CountDownLatch(2);
    database.before(method -> {
      if (method.equals("Put")) {
        begun.countDown();
        awaitAnswer();
      }
    });
    String put =
        "PUT " + KEY + " HTTP/1.1\r\nHost: localhost\r\n" + one + "\r\nContent-Length: 1\r\n\r\n1";
    try (Socket first = service.connect();
        Socket second = service.connect()) {
      send(first, put);
      send(second, put);
      begun.await();
      Reply third = service.get(KEY, one);
      assertThat(third.code()).isEqualTo("too-many-requests");
      assertThat(third.header("Retry-After")).isEqualTo("1");
      assertThat(service.get(KEY, other).status()).isEqualTo(404);
      answered.countDown();
      assertThat(Reply.read(first.getInputStream(), false).status()).isIn(200, 201);
      assertThat(Reply.read(second.getInputStream(), false).status()).isIn(200, 201);
    }
    assertThat(service.get(KEY, one).status()).isEqualTo(200);
  }

  @Test
  void listingsThatAreBeingRead_areRequestsOfTheirClient() throws Exception {
    String values = IntStream.range(0, 600)
        .mapToObj(i -> "\"k" + i + "\":\"" + "x".repeat(200) + '"')
        .collect(Collectors.joining(",", "{", "}"));
    assertThat(service.put("/v1/stores/app/values", values, other).status()).isEqualTo(200);
    AtomicInteger pages = new AtomicInteger();
    Semaphore secondPages = new Semaphore(0);
    database.before(method -> {
      if (method.equals("scan") && pages.incrementAndGet() % 2 == 0) {
        secondPages.release();
        awaitAnswer();
      }
    });
    String get = "GET /v1/stores/app/values HTTP/1.1\r\nHost: localhost\r\n" + one + "\r\n\r\n";
    try (Socket first = service.connect();
        Socket second = service.connect()) {
      send(first, get);
      secondPages.acquire();
      send(second, get);
      secondPages.acquire();
      assertThat(service.get(KEY, one).code()).isEqualTo("too-many-requests");
      assertThat(service.get(KEY, other).status()).isEqualTo(404);
      answered.countDown();
      assertThat(Reply.read(first.getInputStream(), false).json()).hasSize(600);
      assertThat(Reply.read(second.getInputStream(), false).json()).hasSize(600);
    }
    assertThat(service.get(KEY, one).status()).isEqualTo(404);
  }

  private void awaitAnswer() {
    try {
      answered.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void moreEventStreamsThanAClientMayHave_are429_othersAreOpened() {
    try (EventReader first = EventReader.open(service, EVENTS, one)) {
      assertThat(first.next().type()).isEqualTo("ready");
      assertThat(service.get(EVENTS, one).code()).isEqualTo("too-many-requests");
      try (EventReader second = EventReader.open(service, EVENTS, other)) {
        assertThat(second.next().type()).isEqualTo("ready");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void streamThatItsReaderHasClosed_makesRoomAtOnce(boolean reset) throws IOException {
    for (int i = 0; i < 5; i++) {
      try (Socket socket = service.connect()) {
        send(socket, "GET " + EVENTS + " HTTP/1.1\r\nHost: localhost\r\n" + one + "\r\n\r\n");
        byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
        assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
        socket.setSoLinger(reset, 0);
      }
    }
  }

  @Test
  void requestBehindAStream_isAnsweredAfterIt() throws IOException {
    try (Socket socket = service.connect()) {
      String request = " HTTP/1.1\r\nHost: localhost\r\n" + one + "\r\n\r\n";
      send(socket, "GET " + EVENTS + request);
      socket.getInputStream().readNBytes("HTTP/1.1 200".length());
      send(socket, ("GET " + KEY + request).repeat(9));
      assertThat(service.get(EVENTS, one).code()).isEqualTo("too-many-requests");
      tokens.revoke("one");
      String rest = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(rest.split("HTTP/1.1 401", -1)).as(rest).hasSize(2);
    }
  }

  @Test
  void bodyThatDripsForLongerThanItMay_is408() throws IOException {
    try (Socket socket = service.connect()) {
      send(
          socket,
          "PUT " + KEY + " HTTP/1.1\r\nHost: localhost\r\n" + one
              + "\r\nContent-Length: 100\r\n\r\n1");

      assertThat(Reply.read(socket.getInputStream(), false).code()).isEqualTo("request-timeout");
    }
  }

  @Test
  void refusalOfABody_comesAtOnce_andEndsTheConnection() throws IOException {
    for (String authorization : List.of("A: b", "Authorization: Bearer no")) {
      try (Socket socket = service.connect()) {
        send(
            socket,
            "PUT " + KEY + " HTTP/1.1\r\nHost: localhost\r\n" + authorization
                + "\r\nContent-Length: 100000\r\n\r\n1");
        Reply reply = Reply.read(socket.getInputStream(), false);

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("Connection")).isEqualTo("close");
        assertThat(socket.getInputStream().read()).isNegative();
      }
    }
  }

  @Test
  void addressesOfOneNetwork_areOneClient_pagesIncluded() {
    for (String path : List.of("/docs", "/openapi.json", "/")) {
      int granted = 0;
      for (int i = 0; i < 20; i++) {
        String from = "X-Forwarded-For: 2001:db8:0:" + path.length() + "::" + i;
        granted += service.get(path, from).status() == 200 ? 1 : 0;
      }
      assertThat(granted).as(path).isEqualTo(5);
      assertThat(service.get(path, "X-Forwarded-For: 2001:db8:1::7").status()).isEqualTo(200);
    }
    for (int i = 0; i < 20; i++) {
      assertThat(service.get("/health/live").status()).isEqualTo(200);
    }
  }
}
