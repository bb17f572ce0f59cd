package dev.kvstore.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.sqlite.SqliteEntryDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many more clients than the service has threads, none of which goes on. */
class IdleClientsTest {
  private static final int CLIENTS = 400;

  /** Far less than the time after which idle clients are cut off. */
  private static final int PATIENCE_MILLIS = 15_000;

  private static final TestTokens TOKENS = new TestTokens();
  private static final String TOKEN = TOKENS.add("idle", Role.WRITE, Limits.NONE);

  private static final String OTHER = TOKENS.add("other", Role.WRITE, Limits.NONE);

  private static TestService service;

  /** What such a client sends before it stops. */
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
        new Gate(TOKENS.authenticator(), null, false));
    String value = "\"" + "0123456789abcdef".repeat(16 * 1024) + "\"";
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
  void others_areAnswered(Attack attack) throws IOException {
    List<SocketChannel> idle = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        idle.add(begin(attack));
      }

      assertThat(ask("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n").status())
          .isEqualTo(200);
      assertThat(ask("PUT /v1/stores/app/keys/good HTTP/1.1\r\nHost: localhost\r\n" + OTHER
                  + "\r\nContent-Length: 1\r\n\r\n1")
              .status())
          .isIn(200, 201);
    } finally {
      for (SocketChannel channel : idle) {
        channel.close();
      }
    }
  }

  /** Sends as much as goes through without waiting, and reads nothing. */
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

  private static Reply ask(String request) throws IOException {
    try (Socket socket = service.connect()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return Reply.read(socket.getInputStream(), false);
    }
  }
}
