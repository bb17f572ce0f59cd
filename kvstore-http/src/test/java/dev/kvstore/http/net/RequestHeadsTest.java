package dev.kvstore.http.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.http.limits.Shares;
import dev.kvstore.http.limits.Shares.Grant;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests the limits of request heads. */
class RequestHeadsTest {
  private static final String LINE = "GET / HTTP/1.1\r\nHost: x\r\n";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** One address may have at most two heads of slightly less than 50,000 bytes. */
  private static final long TOTAL = 4 * PacedConnector.headMemory(50_000);

  private static final Shares HEADS = new Shares(TOTAL, TOTAL / 2);
  private static final Server SERVER = new Server();

  @SuppressWarnings("NullAway.Init")
  private static PacedConnector connector;

  @BeforeAll
  static void start() throws Exception {
    HttpConfiguration http = new HttpConfiguration();
    http.setRequestHeaderSize(64 * 1024);
    connector = new PacedConnector(SERVER, PATIENCE, 1024, HEADS, new RequestHeads(http));
    connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
    SERVER.addConnector(connector);
    PacedHandler paced = new PacedHandler(PATIENCE, 1024, PATIENCE);
    paced.setHandler(new Handler.Abstract() {
      @Override
      public boolean handle(Request request, Response response, Callback callback) {
        response.setStatus(HttpStatus.NO_CONTENT_204);
        callback.succeeded();
        return true;
      }
    });
    SERVER.setHandler(paced);
    SERVER.start();
  }

  @AfterAll
  static void stop() throws Exception {
    SERVER.stop();
  }

  private static Socket send(String text) throws IOException {
    Socket socket = new Socket(connector.getHost(), connector.getLocalPort());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.getOutputStream().write(text.getBytes(US_ASCII));
    return socket;
  }

  private static String answer(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    InputStream in = socket.getInputStream();
    int b = in.read();
    while (b >= 0) {
      head.append((char) b);
      b = head.indexOf("\r\n\r\n") < 0 ? in.read() : -1;
    }
    return head.toString();
  }

  private static String answerTo(String text) throws IOException {
    try (Socket socket = send(text)) {
      return answer(socket);
    }
  }

  /** Returns long fields, none of which is too long. */
  private static String fields(int bytes) {
    return ("A: " + "x".repeat(4_995) + "\r\n").repeat(bytes / 5_000);
  }

  private static boolean isNothingTaken() {
    List<String> granted = new ArrayList<>();
    for (String client : List.of("one", "other")) {
      if (HEADS.acquire(client, TOTAL / 2) == Grant.GRANTED) {
        granted.add(client);
      }
    }
    granted.forEach(client -> HEADS.release(client, TOTAL / 2));
    return granted.size() == 2;
  }

  @Test
  void unfinishedHeads_takeALimitedPartOfTheMemory_untilTheyEnd() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sockets.add(send(LINE + fields(45_000)));
    }

    assertThat(answerTo(LINE + "\r\n")).startsWith("HTTP/1.1 204");
    // Fewer if they arrive at the same time: then each has some memory, and none enough.
    await().until(() -> connector.getConnectedEndPoints().size() < 3);
    for (Socket socket : sockets) {
      socket.close();
    }
    await().until(RequestHeadsTest::isNothingTaken);
  }

  @Test
  void completeHead_takesNothing_andItsConnectionEnds() throws IOException {
    try (Socket socket = send(LINE + fields(50_000) + "\r\n")) {
      assertThat(answer(socket)).startsWith("HTTP/1.1 204").contains("Connection: close");
    }
    await().until(RequestHeadsTest::isNothingTaken);
  }

  @Test
  void ordinaryHead_leavesTheConnectionOpen() throws IOException {
    try (Socket socket = send((LINE + "A: " + "x".repeat(6_000) + "\r\n\r\n").repeat(2))) {
      assertThat(answer(socket)).startsWith("HTTP/1.1 204").doesNotContain("Connection");
    }
  }

  @Test
  void longField_is431_wherever() throws IOException {
    for (String name : List.of("Host", "Transfer-Encoding", "Cookie", "A", "Accept")) {
      String field = name + ": " + "a=;".repeat(4_000) + "\r\n";
      assertThat(answerTo("GET / HTTP/1.1\r\n" + field)).as(name).startsWith("HTTP/1.1 431");
      assertThat(answerTo(LINE + fields(20_000) + field)).as(name).startsWith("HTTP/1.1 431");
    }
  }

  @Test
  void fieldOfThatLength_isRead_howeverItComes() throws IOException {
    String before = LINE + "A: " + "x".repeat(1_900) + "\r\nB: ";
    String field = "x".repeat(RequestHeads.MAX_FIELD_BYTES - "B: \r\n".length());
    try (Socket socket = send(before)) {
      awaitRead(socket, before.length());
      String most = field.substring(1);
      socket.getOutputStream().write(most.getBytes(US_ASCII));
      awaitRead(socket, before.length() + most.length());
      socket.getOutputStream().write("x\r\n\r\n".getBytes(US_ASCII));

      assertThat(answer(socket)).startsWith("HTTP/1.1 204");
    }
  }

  private static void awaitRead(Socket socket, int bytes) {
    await()
        .until(() -> connector.getConnectedEndPoints().stream()
            .filter(endPoint ->
                endPoint.getRemoteSocketAddress().equals(socket.getLocalSocketAddress()))
            .anyMatch(endPoint -> endPoint.getConnection().getBytesIn() == bytes));
  }

  @Test
  void longTarget_isRead() throws IOException {
    assertThat(answerTo("GET /?" + "x".repeat(50_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 204");
  }

  @Test
  void bodyBehindALongHead_isNoPartOfIt() throws IOException {
    assertThat(answerTo(
            "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 30000\r\n\r\n" + "x".repeat(30_000)))
        .startsWith("HTTP/1.1 204");
  }
}
