package dev.kvstore.http.tls;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.kvstore.InvalidInputException;
import dev.kvstore.http.TestService;
import dev.kvstore.http.net.AnswerHeaders;
import dev.kvstore.http.server.ConnectionSettings;
import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Tests the service with TLS. */
class TlsServiceTest {
  @TempDir
  private Path folder;

  @SuppressWarnings("NullAway.Init")
  private TestCertificate certificate;

  @SuppressWarnings("NullAway.Init")
  private TlsFiles files;

  @BeforeEach
  void writeFiles() throws Exception {
    certificate = TestCertificate.of("EC", "server");
    files = certificate.writeTo(folder);
  }

  private TestService start(TlsFiles tls) {
    return TestService.start(
        folder,
        with(ServerSettings.DEFAULT, "connections", with(ConnectionSettings.DEFAULT, "tls", tls)));
  }

  private static HttpResponse<String> get(SSLContext client, String host, TestService service)
      throws IOException, InterruptedException {
    URI uri = URI.create("https://" + host + ":" + service.server().port() + "/health/ready");
    return HttpClient.newBuilder()
        .sslContext(client)
        .build()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1"})
  void https_isAnswered(String host) throws Exception {
    try (TestService service = start(files)) {
      assertThat(get(certificate.client(null), host, service).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void plainText_isRefused() throws Exception {
    try (TestService service = start(files);
        Socket socket = service.connect()) {
      socket
          .getOutputStream()
          .write(
              "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);

      assertThat(answer).doesNotContain("HTTP").doesNotContain("status");
    }
  }

  @Test
  void clientWithoutCertificate_isRefused_whereOneIsAskedFor() throws Exception {
    TestCertificate clients = TestCertificate.of("EC", "clients");
    TestCertificate stranger = TestCertificate.of("EC", "other");
    Path authority = Files.writeString(folder.resolve("ca.pem"), clients.certificatePem());
    try (TestService service = start(new TlsFiles(files.certificate(), files.key(), authority))) {
      assertThat(get(certificate.client(clients), "localhost", service).statusCode())
          .isEqualTo(200);
      assertThatThrownBy(() -> get(certificate.client(null), "localhost", service))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> get(certificate.client(stranger), "localhost", service))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void filesThatAreNotThere_areAnError() {
    Path nothing = folder.resolve("nothing");
    ServerSettings settings = with(
        ServerSettings.DEFAULT,
        "connections",
        with(ConnectionSettings.DEFAULT, "tls", new TlsFiles(nothing, nothing, null)));
    try (SqliteEntryDatabase database = SqliteEntryDatabase.open(folder.resolve("other.db"))) {
      assertThatThrownBy(() -> KVServer.start(settings, database))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(nothing.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "kv.example, true",
    "kv.example:7070, true",
    "localhost.example, true",
    "localhost, false",
    "LOCALHOST:7070, false",
    "kv.localhost., false",
    "127.0.0.1:7070, false",
    "192.0.2.1, false",
    "[::1]:7070, false",
    "[2001:db8::1], false"
  })
  void answer_keepsBrowsersWithTls_exceptAtLocalNamesAndAddresses(String host, boolean kept) {
    assertThat(AnswerHeaders.forEveryAnswer(true, host).containsKey("Strict-Transport-Security"))
        .isEqualTo(kept);
    assertThat(AnswerHeaders.forEveryAnswer(false, host))
        .doesNotContainKey("Strict-Transport-Security");
  }

  @Test
  void answerAtLocalhost_leavesOtherPortsAsTheyAre() throws Exception {
    try (TestService service = start(files)) {
      assertThat(get(certificate.client(null), "localhost", service).headers().map())
          .containsKey("X-Content-Type-Options")
          .doesNotContainKey("Strict-Transport-Security");
    }
  }

  @ParameterizedTest
  @CsvSource({"rw-r-----, true", "rw----r--, true", "rw-------, false"})
  void keyThatOthersCanRead_isWarnedOf(String permissions, boolean warned) throws Exception {
    Logger log = (Logger) LoggerFactory.getLogger(Tls.class);
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    log.addAppender(appender);
    Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString(permissions));
    try {
      Tls.open(files, Duration.ofHours(1)).close();
      assertThat(appender.list.stream().anyMatch(event -> event.getLevel() == Level.WARN))
          .isEqualTo(warned);
    } finally {
      log.detachAppender(appender);
    }
  }

  @Test
  @Timeout(20)
  void pipeInPlaceOfTheKey_isRefused() throws Exception {
    Files.delete(files.key());
    assertThat(new ProcessBuilder("mkfifo", files.key().toString()).start().waitFor())
        .isZero();

    assertThatThrownBy(() -> Tls.check(files)).hasMessageContaining(files.key().toString());
  }
}
