package dev.kvstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KVStore;
import dev.kvstore.UnavailableException;
import dev.kvstore.http.ConnectionSettings;
import dev.kvstore.http.KVServer;
import dev.kvstore.http.ServerSettings;
import dev.kvstore.http.tls.TestCertificate;
import dev.kvstore.http.tls.TlsFiles;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.sqlite.SqliteEntryDatabase;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client over https, to the service's own TLS. */
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
        ServerSettings.DEFAULT.connections(ConnectionSettings.DEFAULT.withTls(tls)), database);
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
    CountingSelector proxies = new CountingSelector();
    try (KVServer service = start(certificate.writeTo(folder));
        KVStore store = HttpKVStore.open(
            uri(service.port()), "s", HttpSettings.DEFAULT.withProxy(proxies).withoutNearCache())) {
      assertThatThrownBy(() -> store.set("k", 1))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("https://localhost:" + service.port())
          .hasMessageContaining("certificate")
          .hasMessageContaining("withSslContext");
      assertThat(proxies.asked).hasValue(1);
      assertThatThrownBy(() -> store.has("k")).hasMessageContaining("certificate");
      assertThat(proxies.asked).hasValue(2);
    }
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
            .isInstanceOf(UnavailableException.class);
      }
    }
  }

  /** A way to the service without a proxy, that counts how often it is gone. */
  private static final class CountingSelector extends ProxySelector {
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public List<Proxy> select(URI uri) {
      asked.incrementAndGet();
      return List.of(Proxy.NO_PROXY);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
  }
}
