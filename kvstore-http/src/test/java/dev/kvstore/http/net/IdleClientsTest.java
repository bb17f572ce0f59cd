package dev.kvstore.http.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.http.limits.Load;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests many more stalled clients than the service has threads. */
class IdleClientsTest {
  /** More clients than the service has threads. */
  private static final int MANY = 400;

  /** Enough clients to see if each costs a thread. */
  private static final int SOME = 8;

  private static final Duration PROMPT = Duration.ofSeconds(2);

  /** Tries, because a busy machine may take longer from time to time. */
  private static final int TRIES = 5;

  /** Far less than the time after which idle clients are disconnected. */
  private static final Duration SETTLED = Duration.ofSeconds(20);

  private static final Pattern CONNECTIONS =
      Pattern.compile("^kvstore_http_connections (\\S+)$", Pattern.MULTILINE);

  private static final TestTokens TOKENS = new TestTokens();
  private static final String TOKEN = TOKENS.add("idle", Role.WRITE, Limits.NONE);

  private static final String OTHER = TOKENS.add("other", Role.WRITE, Limits.NONE);

  private static TestService service;

  /** The data that a client sends before it stalls. */
  enum Attack {
    BODY_WITHOUT_TOKEN(1, "PUT /v1/stores/app/keys/a", "Content-Length: 100000\r\n\r\n"),
    BODY_WITH_WRONG_TOKEN(
        1,
        "PUT /v1/stores/app/keys/a",
        "Authorization: Bearer no\r\nContent-Length: 100000\r\n\r\n\""),
    BODY_WITH_TOKEN(1, "PUT /v1/stores/app/keys/a", TOKEN + "\r\nContent-Length: 100000\r\n\r\n"),
    BEGUN_BODY(1, "PUT /v1/stores/app/values", TOKEN + "\r\nContent-Length: 100000\r\n\r\n{\"a\":"),
    BEGUN_CHUNKS(
        1,
        "PUT /v1/stores/app/values",
        TOKEN + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n"),
    EXPECTED_BODY(
        1,
        "PUT /v1/stores/app/keys/a",
        TOKEN + "\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"),
    TOO_LARGE_BODY(1, "PUT /v1/stores/app/keys/a", TOKEN + "\r\nContent-Length: 15000000\r\n\r\n1"),
    BODY_FOR_NOTHING(1, "PUT /nothing", "Content-Length: 100000\r\n\r\n"),
    UNREAD_PAGES(3, "GET /docs/swagger-ui-bundle.js", "\r\n"),
    UNREAD_COMPRESSED_PAGES(9, "GET /docs/swagger-ui-bundle.js", "Accept-Encoding: gzip\r\n\r\n"),
    UNREAD_CHECKS(40, "GET /health/live", "\r\n"),
    UNREAD_REFUSALS(40, "GET /v1/stores", "\r\n"),
    UNREAD_LISTINGS(2, "GET /v1/stores/large/values", TOKEN + "\r\n\r\n"),
    UNREAD_COMPRESSED_LISTINGS(
        2, "GET /v1/stores/large/values", TOKEN + "\r\nAccept-Encoding: gzip\r\n\r\n"),
    UNREAD_BSON(2, "GET /v1/stores/large/values", TOKEN + "\r\nAccept: application/bson\r\n\r\n"),
    UNREAD_VALUES(9, "GET /v1/stores/large/keys/k1", TOKEN + "\r\n\r\n"),
    UNREAD_EVENTS(1, "GET /v1/stores/large/events", TOKEN + "\r\n\r\n");

    private final String requests;

    Attack(int times, String line, String rest) {
      requests = (line + " HTTP/1.1\r\nHost: localhost\r\n" + rest).repeat(times);
    }
  }

  @BeforeAll
  static void start(@TempDir Path folder) {
    service = TestService.start(
        SqliteEntryDatabase.open(folder.resolve("test.db")),
        new AccessControl(TOKENS.authenticator(), null, false));
    byte[] random = new byte[64 * 1024];
    new Random(1).nextBytes(random);
    // Even compressed it does not fit into the buffers of a connection.
    String value = '"' + HexFormat.of().formatHex(random) + '"';
    for (int i = 0; i < 20; i++) {
      assertThat(service.put("/v1/stores/large/keys/k" + i, value, TOKEN).status())
          .isEqualTo(201);
    }
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @ParameterizedTest
  @EnumSource
  void others_areAnswered_andNoThreadIsHeld(Attack attack) throws IOException {
    try (Idle idle = new Idle(Collections.nCopies(SOME, attack))) {
      assertOthersAreAnswered();
      // A client without a token gets one response and is disconnected.
      int connected = attack == Attack.UNREAD_REFUSALS ? 0 : SOME;
      await().atMost(SETTLED).until(() -> idle.connected() == connected && busyThreads() == 0);
    }
  }

  @Test
  void others_areAnswered_besideManyOfOneKind() throws IOException {
    try (Idle idle = new Idle(Collections.nCopies(MANY, Attack.BODY_WITHOUT_TOKEN))) {
      assertOthersAreAnswered();
      idle.assertAnswersBegin("HTTP/1.1 401");
    }
  }

  @Test
  void others_areAnswered_besideManyOfAllKinds() throws IOException {
    List<Attack> kinds = new ArrayList<>();
    while (kinds.size() < MANY) {
      kinds.addAll(List.of(Attack.values()));
    }
    try (Idle idle = new Idle(kinds)) {
      assertOthersAreAnswered();
      assertThat(idle.connected()).isGreaterThan(Load.MAX_REQUESTS);
    }
  }

  private static void assertOthersAreAnswered() throws IOException {
    assertThat(quickest("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")).isLessThan(PROMPT);
    assertThat(quickest("PUT /v1/stores/app/keys/good HTTP/1.1\r\nHost: localhost\r\n" + OTHER
            + "\r\nContent-Length: 1\r\n\r\n1"))
        .isLessThan(PROMPT);
  }

  /** Returns the minimum time of some tries; stops after the first fast one. */
  private static Duration quickest(String request) throws IOException {
    Duration least = ask(request);
    for (int i = 1; i < TRIES && least.compareTo(PROMPT) >= 0; i++) {
      Duration time = ask(request);
      least = time.compareTo(least) < 0 ? time : least;
    }
    return least;
  }

  private static Duration ask(String request) throws IOException {
    long start = System.nanoTime();
    try (Socket socket = service.connect()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      assertThat(Reply.read(socket.getInputStream(), false).status()).isIn(200, 201);
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Returns the number of connected clients reported by the service, including this one. */
  private static int connections() {
    Matcher gauge = CONNECTIONS.matcher(service.get("/metrics", OTHER).text());
    assertThat(gauge.find()).isTrue();
    return (int) Double.parseDouble(gauge.group(1));
  }

  /** Returns the number of busy threads of the service. */
  private static long busyThreads() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(thread -> thread.getKey().getName().startsWith("kvstore-"))
        .filter(thread -> Stream.of(thread.getValue())
            .anyMatch(frame -> frame.getClassName().startsWith("dev.kvstore.http.")))
        .count();
  }

  /** Stalled clients. */
  private static final class Idle implements AutoCloseable {
    private final List<SocketChannel> channels = new ArrayList<>();

    Idle(List<Attack> attacks) throws IOException {
      for (Attack attack : attacks) {
        channels.add(begin(attack));
      }
    }

    /** Returns how many of them are connected, if there are no others except this one. */
    int connected() {
      return connections() - 1;
    }

    /**
     * Checks the beginning of the response to each client, which shows that the service has
     * accepted all of them.
     */
    void assertAnswersBegin(String begin) throws IOException {
      for (SocketChannel channel : channels) {
        channel.configureBlocking(true);
        Socket socket = channel.socket();
        socket.setSoTimeout((int) SETTLED.toMillis());
        byte[] answer = socket.getInputStream().readNBytes(begin.length());
        assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo(begin);
      }
    }

    @Override
    public void close() throws IOException {
      for (SocketChannel channel : channels) {
        channel.close();
      }
    }
  }

  /** Sends as much as possible without blocking, and reads nothing. */
  private static SocketChannel begin(Attack attack) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 8 * 1024);
    channel.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), service.server().port()));
    channel.configureBlocking(false);
    try {
      channel.write(StandardCharsets.US_ASCII.encode(attack.requests));
    } catch (IOException e) {
      assertThat(channel.isConnected()).as("Only the service can have ended it").isTrue();
    }
    return channel;
  }
}
