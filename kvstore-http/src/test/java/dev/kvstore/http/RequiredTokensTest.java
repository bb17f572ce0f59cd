package dev.kvstore.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.tls.TestCertificate;
import dev.kvstore.http.tls.TlsFiles;
import dev.kvstore.testing.MongoTestServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests when the service refuses to start without tokens. */
class RequiredTokensTest {
  @TempDir
  private static Path certificates;

  private static String tls;

  @TempDir
  private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void makeCertificate() throws Exception {
    TlsFiles files = TestCertificate.of("EC", "server").writeTo(certificates);
    tls = "--tls-certificate=" + files.certificate() + " --tls-key=" + files.key();
  }

  private int run(String arguments) {
    List<String> all = new ArrayList<>(List.of(arguments.replace("TLS", tls).split(" ", -1)));
    all.add("--port=0");
    return Main.run(
        all.toArray(String[]::new),
        Map.of("KVSTORE_DATA", folder.resolve("data").toString()),
        new PrintWriter(out, true),
        new PrintWriter(err, true));
  }

  @ParameterizedTest
  @CsvSource({
    "--require-tokens, --require-tokens",
    "--require-tokens=true, --require-tokens",
    "--trusted-proxies=10.0.0.1, --trusted-proxies",
    "TLS, --tls-certificate",
    "TLS --require-tokens=false, --tls-certificate",
    "--trusted-proxies=10.0.0.1 --insecure=false, --trusted-proxies"
  })
  void closedService_doesNotStartWithoutTokens_norMakeItsFolder(String arguments, String option) {
    assertThat(run(arguments)).isEqualTo(2);
    assertThat(err.toString()).contains(option + ": ", "tokens create");
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void closedService_looksForTokensInMongodbToo() {
    try (MongoTestServer mongo = MongoTestServer.start()) {
      assertThat(run("--require-tokens --mongodb=" + mongo.connectionString())).isEqualTo(2);
      assertThat(err.toString()).contains("--require-tokens: ", "tokens create");
    }
  }

  @Test
  void config_isPrinted_withoutTokensToo() {
    assertThat(run("config --require-tokens " + tls)).isZero();
    assertThat(out.toString()).contains("require-tokens");
  }

  @Test
  void contradiction_isAUsageError() {
    assertThat(run("--require-tokens --insecure")).isEqualTo(2);
    assertThat(err.toString()).contains("--require-tokens", "--insecure");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--insecure TLS --trusted-proxies=10.0.0.1",
        "--require-tokens=false",
        "--allowed-hosts=kv.example,[::1]"
      })
  void openService_starts(String arguments) throws InterruptedException {
    Thread serving = new Thread(() -> run(arguments));
    serving.start();
    try {
      Awaitility.await().until(() -> out.toString().contains("kvstore serves"));
    } finally {
      serving.interrupt();
      serving.join(20_000);
    }
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kv.example:80", "http://kv.example", "*", "[x]", ""})
  void allowedHostThatIsNone_isAUsageError(String host) {
    assertThat(run("--allowed-hosts=a.example," + host + ",b.example")).isEqualTo(2);
    assertThat(err.toString()).contains("--allowed-hosts");
  }
}
