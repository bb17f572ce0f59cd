package dev.kvstore.http.server;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopTest {
  private static final String KEY = "/v1/stores/app/keys/k";

  /** How long the service would wait for requests that do not end. */
  private static final Duration STOPPING = Duration.ofSeconds(60);

  @TempDir
  private Path folder;

  private HookedDatabase database() {
    return new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
  }

  /**
   * Runs the task on its own thread. With two processors the common pool has only one, and here two
   * tasks wait.
   */
  private static void inAThread(Runnable task) {
    Thread thread = new Thread(task, "stop-test");
    thread.setDaemon(true);
    thread.start();
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void close_waitsForTheRequestThatIsBeingHandled() throws Exception {
    HookedDatabase database = database();
    CountDownLatch handling = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    database.before(method -> {
      handling.countDown();
      waitFor(goOn);
    });
    try (TestService service = TestService.start(database, ServerSettings.DEFAULT)) {
      CompletableFuture<Reply> reply =
          CompletableFuture.supplyAsync(() -> service.put(KEY, "1"), StopTest::inAThread);
      assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Void> closed =
          CompletableFuture.runAsync(() -> service.server().close(), StopTest::inAThread);
      Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> refusesConnections(service));
      assertThat(closed).isNotDone();
      goOn.countDown();

      assertThat(reply.get(10, TimeUnit.SECONDS).status()).isEqualTo(201);
      closed.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void close_doesNotWaitForEver() {
    HookedDatabase database = database();
    CountDownLatch handling = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    database.before(method -> {
      handling.countDown();
      waitFor(never);
    });
    ServerSettings settings = with(ServerSettings.DEFAULT, "stopTimeout", Duration.ofMillis(300));
    try (TestService service = TestService.start(database, settings)) {
      CompletableFuture<Reply> reply =
          CompletableFuture.supplyAsync(() -> service.put(KEY, "1"), StopTest::inAThread);
      waitFor(handling);
      service.server().close();

      assertThat(reply).failsWithin(Duration.ofSeconds(10));
    }
  }

  @Test
  void requestThatComesTooLate_isTurnedAway() throws Exception {
    HookedDatabase database = database();
    CountDownLatch handling = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (TestService service = TestService.start(database, ServerSettings.DEFAULT);
        Socket early = service.connect()) {
      early.getOutputStream().write("PUT ".getBytes(StandardCharsets.US_ASCII));
      database.before(method -> {
        handling.countDown();
        waitFor(goOn);
      });
      CompletableFuture<Reply> handled =
          CompletableFuture.supplyAsync(() -> service.get(KEY), StopTest::inAThread);
      waitFor(handling);
      CompletableFuture<Void> closed =
          CompletableFuture.runAsync(() -> service.server().close(), StopTest::inAThread);
      Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> refusesConnections(service));
      early
          .getOutputStream()
          .write((KEY + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1")
              .getBytes(StandardCharsets.US_ASCII));
      Reply late = Reply.read(early.getInputStream(), false);
      goOn.countDown();

      assertThat(late.code()).isEqualTo("unavailable");
      assertThat(late.header("Retry-After")).isEqualTo("1");
      assertThat(late.json().path("outcome").asText()).isEqualTo("not-done");
      assertThat(handled.get(10, TimeUnit.SECONDS).status()).isEqualTo(404);
      closed.get(10, TimeUnit.SECONDS);
    }
  }

  @RepeatedTest(5)
  void close_endsIdleConnectionsSoon() throws IOException {
    ServerSettings settings = with(ServerSettings.DEFAULT, "stopTimeout", STOPPING);
    try (TestService service = TestService.start(folder, settings);
        Socket socket = service.connect()) {
      socket
          .getOutputStream()
          .write(
              "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(Reply.read(socket.getInputStream(), false).status()).isEqualTo(200);
      long start = System.nanoTime();
      service.server().close();

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(STOPPING.dividedBy(2));
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void start_onAPortInUse_saysSo() {
    try (TestService service = TestService.start(folder)) {
      ServerSettings same =
          with(ServerSettings.DEFAULT, "port", service.server().port());
      try (HookedDatabase other =
          new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("other.db")))) {
        assertThatThrownBy(() -> KVServer.start(same, other))
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining("port " + service.server().port())
            .hasMessageContaining("in use");
      }
    }
  }

  private static boolean refusesConnections(TestService service) throws IOException {
    try {
      service.connect().close();
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }
}
