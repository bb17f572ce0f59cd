package dev.kvstore.http.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.internal.tls.PemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests valid and invalid files, and connections when the files are replaced. */
class TlsTest {
  private static final Duration NEVER = Duration.ofDays(1);

  @TempDir
  private Path folder;

  /** Starts a server that responds to everything with 404. */
  private static Server serve(Tls tls) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(
        server, new SslConnectionFactory(tls.factory(), "http/1.1"), new HttpConnectionFactory());
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.start();
    return server;
  }

  private static SSLSocket connect(SSLContext client, Server server) throws IOException {
    int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static Certificate certificate(SSLContext client, Server server) throws IOException {
    try (SSLSocket socket = connect(client, server)) {
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  /** Sends a request and returns the first bytes of the response. */
  private static String ask(SSLSocket socket) throws IOException {
    socket
        .getOutputStream()
        .write("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\n") < 0) {
      answer.append((char) socket.getInputStream().read());
    }
    return answer.substring(0, 12);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC", "Ed25519"})
  void keysOfEveryKind_areUsed(String algorithm) throws Exception {
    TestCertificate certificate = TestCertificate.of(algorithm, "server");
    try (Tls tls = Tls.open(certificate.writeTo(folder), NEVER)) {
      Server server = serve(tls);
      try (SSLSocket socket = connect(certificate.client(null), server)) {
        assertThat(ask(socket)).isEqualTo("HTTP/1.1 404");
      } finally {
        server.stop();
      }
    }
  }

  @Test
  void protocols_areTheLastTwo() throws Exception {
    try (Tls tls = Tls.open(TestCertificate.of("EC", "server").writeTo(folder), NEVER)) {
      Server server = serve(tls);
      try {
        assertThat(tls.factory().newSSLEngine().getEnabledProtocols())
            .containsExactlyInAnyOrder("TLSv1.2", "TLSv1.3");
        assertThat(tls.factory().newSSLEngine().getEnabledCipherSuites())
            .noneMatch(suite -> suite.startsWith("TLS_RSA") || suite.endsWith("_SHA"))
            .isNotEmpty();
      } finally {
        server.stop();
      }
    }
  }

  @Test
  void newFiles_areUsedByNewConnections_andOpenOnesGoOn() throws Exception {
    TestCertificate before = TestCertificate.of("EC", "server");
    TestCertificate after = TestCertificate.of("RSA", "server");
    try (Tls tls = Tls.open(before.writeTo(folder), Duration.ofMillis(20))) {
      Server server = serve(tls);
      try (SSLSocket open = connect(before.client(null), server)) {
        assertThat(ask(open)).isEqualTo("HTTP/1.1 404");
        after.writeTo(folder);

        Awaitility.await()
            .atMost(Duration.ofSeconds(20))
            .ignoreExceptionsInstanceOf(IOException.class)
            .until(() -> certificate(after.client(null), server).equals(after.certificate()));
        assertThat(ask(open)).isEqualTo("HTTP/1.1 404");
      } finally {
        server.stop();
      }
    }
  }

  @Test
  void filesThatDoNotFit_changeNothing() throws Exception {
    TestCertificate before = TestCertificate.of("EC", "server");
    TestCertificate after = TestCertificate.of("EC", "other");
    TlsFiles files = before.writeTo(folder);
    try (Tls tls = Tls.open(files, NEVER)) {
      Server server = serve(tls);
      try {
        Files.writeString(files.certificate(), after.certificatePem());
        tls.reloadIfChanged();
        assertThat(certificate(before.client(null), server)).isEqualTo(before.certificate());
        Files.writeString(files.key(), after.keyPem());
        tls.reloadIfChanged();
        assertThat(certificate(after.client(null), server)).isEqualTo(after.certificate());
        Files.delete(files.key());
        tls.reloadIfChanged();
        assertThat(certificate(after.client(null), server)).isEqualTo(after.certificate());
      } finally {
        server.stop();
      }
    }
  }

  @Test
  void filesThatCannotBeUsed_areRefused_andNotRepeated() throws Exception {
    TestCertificate own = TestCertificate.of("EC", "server");
    TestCertificate other = TestCertificate.of("EC", "other");
    TlsFiles files = own.writeTo(folder);
    Files.writeString(files.key(), other.keyPem());
    assertThatThrownBy(() -> Tls.check(files))
        .isInstanceOf(PemException.class)
        .hasMessageContaining("is not that of the first certificate");
    Files.writeString(files.key(), TestCertificate.of("RSA", "server").keyPem());
    assertThatThrownBy(() -> Tls.check(files)).hasMessageContaining("is not that of");
    Files.writeString(files.key(), own.keyPem());
    assertThatCode(() -> Tls.check(files)).doesNotThrowAnyException();
    TlsFiles withClients = new TlsFiles(files.certificate(), files.key(), files.key());
    assertThatThrownBy(() -> Tls.check(withClients)).hasMessageContaining("no certificate in PEM");
    Files.delete(files.certificate());
    assertThatThrownBy(() -> Tls.check(files)).hasMessageContaining("is not there");
  }

  @ParameterizedTest
  @CsvSource({
    "ENCRYPTED PRIVATE KEY, is encrypted",
    "RSA PRIVATE KEY, is not in PKCS #8",
    "EC PRIVATE KEY, is not in PKCS #8",
    "PRIVATE KEY, is broken",
    "CERTIFICATE, has no private key"
  })
  void keyOfAnotherForm_isToldHowToBeConverted(String label, String message) throws Exception {
    TlsFiles files = TestCertificate.of("EC", "server").writeTo(folder);
    Files.writeString(files.key(), TestCertificate.pem(label, new byte[] {1, 2, 3}));

    assertThatThrownBy(() -> Tls.check(files))
        .isInstanceOf(PemException.class)
        .hasMessageContaining(message)
        .hasMessageContaining(files.key().toString());
  }

  @Test
  void certificateThatIsBroken_isRefused() throws Exception {
    TlsFiles files = TestCertificate.of("EC", "server").writeTo(folder);
    Files.writeString(files.certificate(), TestCertificate.pem("CERTIFICATE", new byte[] {1}));

    assertThatThrownBy(() -> Tls.check(files)).hasMessageContaining("is broken");
  }

  @Test
  void certificateAndKeyInOneFile_areFound() throws Exception {
    TestCertificate certificate = TestCertificate.of("EC", "server");
    Path both = Files.writeString(
        folder.resolve("both"), certificate.keyPem() + certificate.certificatePem());

    assertThatCode(() -> Tls.check(new TlsFiles(both, both, null))).doesNotThrowAnyException();
  }
}
