package dev.kvstore.http.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that any input gets a response that describes the error, and that the service continues.
 */
class HostileInputTest {
  private static final int REQUESTS = 10_000;
  private static final int SENDERS = 4;

  private static TestService service;

  @BeforeAll
  static void start(@TempDir Path folder) {
    service = TestService.start(
        SqliteEntryDatabase.open(folder.resolve("test.db")), ServerSettings.DEFAULT);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  void everyRequest_getsALegitimateAnswer() throws Exception {
    service.put("/v1/stores/kept/keys/k", "\"kept\"");
    ExecutorService executor = Executors.newFixedThreadPool(SENDERS);
    List<Future<Map<Integer, Integer>>> running = new ArrayList<>();
    for (int sender = 0; sender < SENDERS; sender++) {
      HostileRequests requests = new HostileRequests(sender);
      running.add(executor.submit(() -> {
        Map<Integer, Integer> statuses = new TreeMap<>();
        for (int i = 0; i < REQUESTS / SENDERS; i++) {
          statuses.merge(send(requests.next()), 1, Integer::sum);
        }
        return statuses;
      }));
    }
    Map<Integer, Integer> statuses = new TreeMap<>();
    for (Future<Map<Integer, Integer>> one : running) {
      one.get().forEach((status, count) -> statuses.merge(status, count, Integer::sum));
    }
    executor.shutdown();

    assertThat(statuses.keySet())
        .as(statuses.toString())
        .contains(200, 201, 204, 400, 404, 405, 409, 412, 415);
    assertThat(service.get("/health/ready").status()).isEqualTo(200);
    assertThat(service.get("/v1/stores/kept/keys/k").text()).isEqualTo("\"kept\"");
    assertThat(service.get("/v1/stores/kept/keys/k").header("KV-Version")).isEqualTo("1");
  }

  /** Returns the status; 0 if the head of the request was incomplete and there was no response. */
  private static int send(byte[] request) throws IOException {
    try (Socket socket = service.connect()) {
      try {
        socket.getOutputStream().write(request);
        socket.shutdownOutput();
      } catch (SocketException e) {
        // The service responded before reading the whole request.
      }
      Reply reply = Reply.read(socket.getInputStream(), isHead(request));
      assertLegitimate(request, reply);
      return reply.status();
    } catch (EOFException | SocketException e) {
      assertThat(shown(request)).as("unanswered: " + e).doesNotContain("\r\n\r\n");
      return 0;
    } catch (SocketTimeoutException e) {
      return fail("No answer came to " + shown(request), e);
    }
  }

  private static void assertLegitimate(byte[] request, Reply reply) {
    String what = shown(request) + "\n->\n" + reply;
    // The last two are the statuses for unknown methods and versions.
    assertThat(reply.status() < 500 || reply.status() == 501 || reply.status() == 505)
        .as(what)
        .isTrue();
    assertThat(reply.complete()).as(what).isTrue();
    assertThat(reply.header("X-Request-Id")).as(what).isNotBlank();
    assertThat(reply.text()).as(what).doesNotContain("Exception", "dev.kvstore", "jetty");
    if (reply.status() >= 400 && !isHead(request)) {
      assertThat(reply.code()).as(what).isNotEmpty();
      assertThat(reply.json().path("status").asInt()).as(what).isEqualTo(reply.status());
    }
  }

  private static boolean isHead(byte[] request) {
    return shown(request).startsWith("HEAD ");
  }

  private static String shown(byte[] request) {
    return new String(request, 0, Math.min(request.length, 2000), StandardCharsets.ISO_8859_1);
  }
}
