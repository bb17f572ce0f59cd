package dev.kvstore.http;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.InvalidInputException;
import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.http.tls.TlsFiles;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.testing.OwnThreads;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a service that fails to start leaves no thread, no port and no file open. */
class StartFailureTest {
  @TempDir
  private Path folder;

  private HookedDatabase database;
  private int port;

  @BeforeEach
  void open() throws IOException {
    database = new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    try (ServerSocket free = listen(0)) {
      port = free.getLocalPort();
    }
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
  }

  private ServerSettings settings() {
    return with(ServerSettings.DEFAULT, "port", port);
  }

  private void assertStartFails(ServerSettings settings, Class<? extends Throwable> failure)
      throws Exception {
    OwnThreads.assertNoneLeft(() -> {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> KVServer.start(settings, database)).isInstanceOf(failure);
      }
    });
  }

  /**
   * Checks with another socket first, because the service itself could share the port with its own
   * remains.
   */
  private void assertThatItStarts() throws Exception {
    listen(port).close();
    OwnThreads.assertNoneLeft(() -> KVServer.start(settings(), database).close());
    listen(port).close();
  }

  @Test
  void portThatIsTaken_leavesNothing_andTheOtherServiceGoesOn() throws Exception {
    try (TestService other = TestService.start(database, settings())) {
      assertStartFails(settings(), UncheckedIOException.class);
      assertThat(other.get("/health/live").status()).isEqualTo(200);
      other.server().close();
      assertThatItStarts();
    }
  }

  @Test
  void badCertificate_leavesNothing() throws Exception {
    Path file = Files.writeString(folder.resolve("no.pem"), "none");
    TlsFiles tls = new TlsFiles(file, file, null);
    assertStartFails(
        with(settings(), "connections", with(settings().connections(), "tls", tls)),
        InvalidInputException.class);
    assertThatItStarts();
  }

  @Test
  void failureOnceItListens_leavesNothing() throws Exception {
    database.health(() -> {
      throw new IllegalStateException("a failure of the test");
    });
    assertStartFails(settings(), IllegalStateException.class);
    database.health(Optional::empty);
    assertThatItStarts();
  }

  @Test
  void commandThatFails_letsTheDatabaseGo() throws Exception {
    StringWriter err = new StringWriter();
    try (ServerSocket taken = listen(port)) {
      OwnThreads.assertNoneLeft(() -> assertThat(Main.run(
              new String[] {"--port=" + taken.getLocalPort()},
              Map.of("KVSTORE_DATA", folder.resolve("data").toString()),
              new PrintWriter(new StringWriter()),
              new PrintWriter(err, true)))
          .isEqualTo(1));
    }
    assertThat(err.toString()).contains("cannot listen").hasLineCount(1);
    SqliteEntryDatabase.open(folder.resolve("data/kvstore.db")).close();
  }
}
