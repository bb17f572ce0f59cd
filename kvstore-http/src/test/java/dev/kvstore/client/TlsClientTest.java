package dev.kvstore.client;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.UnavailableException;
import dev.kvstore.client.internal.lastknowngood.LastKnownGoodFile;
import dev.kvstore.http.server.ConnectionSettings;
import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.http.tls.TestCertificate;
import dev.kvstore.http.tls.TlsFiles;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryDatabase;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the client over https with the service's own TLS. */
@Timeout(60)
class TlsClientTest {
  private final TestCertificate certificate = TestCertificate.of("EC", "server");

  @TempDir
  private Path folder;

  private EntryDatabase database;

  @BeforeEach
  void open() {
    database = SqliteEntryDatabase.open(folder.resolve("tls.db"));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private KVServer start(TlsFiles tls) {
    return KVServer.start(
        with(ServerSettings.DEFAULT, "connections", with(ConnectionSettings.DEFAULT, "tls", tls)),
        database);
  }

  private static URI uri(int port) {
    return URI.create("https://localhost:" + port);
  }

  @Test
  void trustedService_isUsed() throws Exception {
    HttpSettings settings = HttpSettings.DEFAULT.withSslContext(certificate.client(null));
    try (KVServer service = start(certificate.writeTo(folder));
        KVStore store = HttpKVStore.open(uri(service.port()), "s", settings)) {
      store.set("k", 1);
      assertThat(store.increment("k")).isEqualTo(2);
    }
  }

  @Test
  void untrustedService_isNamedAndNotTriedAgain() throws Exception {
    Distrust distrust = new Distrust();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {distrust}, null);
    HttpSettings settings = HttpSettings.DEFAULT.withSslContext(context).withoutNearCache();
    try (KVServer service = start(certificate.writeTo(folder));
        KVStore store = HttpKVStore.open(uri(service.port()), "s", settings)) {
      assertThatThrownBy(() -> store.set("k", 1))
          .satisfies(TlsClientTest::isDistrust)
          .hasMessageContaining("https://localhost:" + service.port())
          .hasMessageContaining("certificate")
          .hasMessageContaining("withSslContext");
      // The JDK's client may connect twice for one attempt.
      assertThat(distrust.asked).hasValueLessThanOrEqualTo(2);
      assertThatThrownBy(() -> store.has("k")).hasMessageContaining("certificate");
      assertThat(distrust.asked).hasValueLessThanOrEqualTo(4);
    }
  }

  @Test
  void serviceThatTheJdkDoesNotTrust_isNamed() throws Exception {
    try (KVServer service = start(certificate.writeTo(folder));
        KVStore store = HttpKVStore.open(uri(service.port()), "s")) {
      assertThatThrownBy(() -> store.has("k"))
          .satisfies(TlsClientTest::isDistrust)
          .hasMessageContaining("certificate");
    }
  }

  /** An impostor must not make the client return older entries. */
  @Test
  void untrustedService_isNotAnsweredForByTheLastKnownGoodFile() throws Exception {
    Path known = folder.resolve("known");
    HttpSettings settings = HttpSettings.DEFAULT.withoutNearCache().withLastKnownGood(known);
    int port;
    try (KVServer service = start(certificate.writeTo(folder))) {
      port = service.port();
      HttpSettings trusting = settings.withSslContext(certificate.client(null));
      try (KVStore store = HttpKVStore.open(uri(port), "s", trusting)) {
        store.set("k", 1);
        await()
            .atMost(Duration.ofSeconds(40))
            .until(() -> new LastKnownGoodFile(known)
                .read(any -> true)
                .filter(snapshot -> snapshot.entries().size() == 1)
                .isPresent());
      }
      try (KVStore store = HttpKVStore.open(uri(port), "s", settings)) {
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> store.get("k", Integer.class))
              .satisfies(TlsClientTest::isDistrust);
        }
      }
    }
    try (KVStore store = HttpKVStore.open(uri(port), "s", settings)) {
      assertThat(store.entry("k", Integer.class).stale())
          .as("gone for all we know")
          .isTrue();
    }
  }

  private static void isDistrust(Throwable failure) {
    assertThat(failure)
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_SERVER))
        .isNotInstanceOf(UnavailableException.class);
  }

  @Test
  void untrustedService_isPassedOverForATrustedOne() throws Exception {
    TestCertificate other = TestCertificate.of("EC", "other");
    HttpSettings settings = HttpSettings.DEFAULT.withSslContext(certificate.client(null));
    Path others = Files.createDirectory(folder.resolve("other"));
    try (KVServer wrong = start(other.writeTo(others));
        KVServer right = start(certificate.writeTo(folder));
        KVStore store =
            HttpKVStore.open(List.of(uri(wrong.port()), uri(right.port())), "s", settings)) {
      store.set("k", 1);
      assertThat(store.get("k", Integer.class)).isEqualTo(1);
    }
  }

  @Test
  void clientCertificate_isShown() throws Exception {
    TestCertificate clients = TestCertificate.of("EC", "clients");
    TlsFiles files = certificate.writeTo(folder);
    Path authority = Files.writeString(folder.resolve("ca.pem"), clients.certificatePem());
    try (KVServer service = start(new TlsFiles(files.certificate(), files.key(), authority))) {
      try (KVStore store = HttpKVStore.open(
          uri(service.port()),
          "s",
          HttpSettings.DEFAULT.withSslContext(certificate.client(clients)))) {
        store.set("k", 1);
      }
      try (KVStore store = HttpKVStore.open(
          uri(service.port()),
          "s",
          HttpSettings.DEFAULT.withSslContext(certificate.client(null)))) {
        assertThatThrownBy(() -> store.get("k", Integer.class))
            .satisfies(TlsClientTest::isDistrust)
            .hasMessageContaining("withClientCertificate");
      }
    }
  }

  @Test
  void pemFiles_sayWhomToTrustAndWhatToShow() throws Exception {
    TestCertificate clients = TestCertificate.of("EC", "clients");
    TlsFiles files = certificate.writeTo(folder);
    TlsFiles own = clients.writeTo(Files.createDirectory(folder.resolve("client")));
    HttpSettings trusting = HttpSettings.DEFAULT.withoutNearCache().trusting(files.certificate());
    try (KVServer service =
            start(new TlsFiles(files.certificate(), files.key(), own.certificate()));
        KVStore nameless = HttpKVStore.open(uri(service.port()), "s", trusting);
        KVStore known = HttpKVStore.open(
            uri(service.port()),
            "s",
            trusting.withClientCertificate(own.certificate(), own.key()))) {
      known.set("k", 1);
      assertThat(known.get("k", Integer.class)).isEqualTo(1);
      assertThatThrownBy(() -> nameless.get("k", Integer.class))
          .satisfies(TlsClientTest::isDistrust);
    }
  }

  @Test
  void pemFilesThatCannotBeUsed_areRefusedAtOnce() throws Exception {
    TlsFiles files = certificate.writeTo(folder);
    TlsFiles other =
        TestCertificate.of("EC", "other").writeTo(Files.createDirectory(folder.resolve("other")));
    Path missing = folder.resolve("missing.pem");
    assertRefused(() -> HttpSettings.DEFAULT.trusting(missing), missing);
    assertRefused(() -> HttpSettings.DEFAULT.trusting(files.key()), files.key());
    assertRefused(
        () -> HttpSettings.DEFAULT.withClientCertificate(files.certificate(), other.key()),
        other.key());
    assertRefused(
        () -> HttpSettings.DEFAULT.withClientCertificate(files.certificate(), missing), missing);
  }

  private static void assertRefused(ThrowingCallable call, Path named) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
        .hasMessageContaining(named.toString());
  }

  /** Trusts no certificate, and counts the checks. */
  private static final class Distrust implements X509TrustManager {
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      asked.incrementAndGet();
      throw new CertificateException("nobody is trusted");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
