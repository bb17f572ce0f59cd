package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.kvstore.cli.terminal.Console;
import dev.kvstore.cli.terminal.Interrupt;
import dev.kvstore.cli.terminal.SystemTerminals;
import dev.kvstore.client.HttpKVDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

class TlsOptionsTest extends KvTest {
  private static final String PASSWORD = "password";

  @Test
  void filesThatFit_openAServiceThatAsksForACertificate() throws Exception {
    KeyStore store = keys();
    SSLContext context = SSLContext.getInstance("TLS");
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, PASSWORD.toCharArray());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusting(store));
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context) {
      @Override
      public void configure(HttpsParameters parameters) {
        SSLParameters ssl = getSSLContext().getDefaultSSLParameters();
        ssl.setNeedClientAuth(true);
        parameters.setSSLParameters(ssl);
      }
    });
    server.createContext("/", exchange -> {
      exchange.sendResponseHeaders(418, -1);
      exchange.close();
    });
    server.start();
    try {
      String cert = pem("CERTIFICATE", store.getCertificate("it").getEncoded());
      String key = pem("PRIVATE KEY", store.getKey("it", PASSWORD.toCharArray()).getEncoded());
      String[] command = {
        "stores",
        "--server",
        "https://localhost:" + server.getAddress().getPort(),
        "--timeout",
        "9s"
      };
      kv.environment.put("KVSTORE_CA_FILE", cert);
      assertThat(overHttp(command)).doesNotContain("status 418");
      kv.environment.put("KVSTORE_CERT", cert);
      kv.environment.put("KVSTORE_KEY", key);
      assertThat(overHttp(command)).contains("status 418");
      kv.environment.remove("KVSTORE_CA_FILE");
      assertThat(overHttp(command)).doesNotContain("status 418").contains("certificat");
    } finally {
      server.stop(0);
    }
  }

  private String overHttp(String... command) {
    StringWriter err = new StringWriter();
    Console console = new Console(
        new ByteArrayInputStream(new byte[0]),
        new PrintWriter(new StringWriter()),
        new PrintWriter(err),
        new SystemTerminals(),
        Ansi.OFF,
        Clock.systemUTC());
    KvMain.run(command, kv.environment, console, HttpKVDatabase::open, new Interrupt());
    return err.toString();
  }

  private KeyStore keys() throws Exception {
    Path file = folder.resolve("keys.p12");
    Process keytool = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            "it",
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=DNS:localhost",
            "-keyalg",
            "EC",
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD,
            "-keystore",
            file.toString())
        .inheritIO()
        .start();
    assertThat(keytool.waitFor()).isZero();
    return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
  }

  private static KeyStore trusting(KeyStore keys) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("it", keys.getCertificate("it"));
    return store;
  }

  private String pem(String type, byte[] content) throws IOException {
    Path file = folder.resolve(type + ".pem");
    Files.writeString(
        file,
        "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(content)
            + "\n-----END " + type + "-----\n");
    return file.toString();
  }

  @Test
  void certAndKey_goTogether() throws IOException {
    Path pem = Files.writeString(folder.resolve("x.pem"), "-----BEGIN NOTHING-----\n");
    assertThat(kv.run("get", "k", "--cert", pem.toString()).err())
        .startsWith("kv: option --cert: give both --cert and --key\n");
    kv.environment.put("KVSTORE_KEY", pem.toString());
    assertThat(kv.run("get", "k").err())
        .startsWith("kv: variable KVSTORE_KEY: give both --cert and --key\n");
  }

  @Test
  void filesThatAreNoPem_areNamed() throws IOException {
    Path pem = Files.writeString(folder.resolve("x.pem"), "no pem");
    Path none = folder.resolve("none.pem");
    kv.environment.put("KVSTORE_CA_FILE", none.toString());
    Kv.Result result = kv.run("get", "k", "--cert", pem.toString(), "--key", pem.toString());
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .contains("kv: variable KVSTORE_CA_FILE: ", none.toString(), "kv: option --cert: ");
  }
}
