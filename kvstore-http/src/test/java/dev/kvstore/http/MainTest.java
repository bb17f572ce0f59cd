package dev.kvstore.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.kvstore.http.command.ServeCommand;
import dev.kvstore.internal.config.Variables;
import dev.kvstore.internal.files.StandardOutput;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class MainTest {
  @TempDir
  private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Map<String, String> environment, String... arguments) {
    return Main.run(arguments, environment, new PrintWriter(out, true), new PrintWriter(err, true));
  }

  private int run(String... arguments) {
    return run(Map.of("KVSTORE_DATA", folder.toString(), "KVSTORE_PORT", "0"), arguments);
  }

  @Test
  void help_namesEveryOptionAndExamples() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains("--host", "--port", "--data", "--mongodb", "--database", "--timeout")
        .contains("--max-value-bytes", "--max-body-bytes", "--insecure", "KVSTORE_MONGODB_URI")
        .contains("java -jar kvstore-http.jar", "curl", "Exit codes");
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--version",
        "config",
        "config --help",
        "tokens --help",
        "tokens list",
        "tokens create --name=ci --role=read"
      })
  void outputThatIsLost_isNoSuccess(String arguments) {
    assertThat(exitCode("No space left on device", arguments)).isEqualTo(1);
    assertThat(err.toString())
        .endsWith("kvstore: the output could not be written: No space left on device\n");
  }

  @Test
  void outputThatNobodyReads_isNoFailure() {
    assertThat(exitCode("Broken pipe", "config")).isZero();
    assertThat(err.toString()).isEmpty();
  }

  /** Runs the command with an unwritable output. */
  private int exitCode(String problem, String arguments) {
    StandardOutput output = new StandardOutput(new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(problem);
      }
    });
    PrintWriter errors = new PrintWriter(err, true);
    int code = Main.run(
        arguments.split(" ", -1),
        Map.of("KVSTORE_DATA", folder.toString()),
        new PrintWriter(output, true, StandardCharsets.UTF_8),
        errors);
    assertThat(code).isZero();
    return Main.exitCode(code, output, errors);
  }

  @Test
  void version_isPrinted() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).startsWith("kvstore ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--prot=1",
        "--port=x",
        "--port=70000",
        "--port=-1",
        "frobnicate",
        "serve serve",
        "--timeout=5",
        "--timeout=1M",
        "--timeout=PT0S",
        "--timeout=-PT1S",
        "--max-value-bytes=0",
        "--max-value-bytes=16MiB",
        "--max-value-bytes=1M",
        "--max-header-bytes=2MiB",
        "--max-body-bytes=0",
        "--host=nowhere.invalid",
        "--database=x",
        "--host=nowhere.invalid --insecure",
        "--host=",
        "--host=[::1",
        "--mongodb",
        "--insecure=perhaps"
      })
  void wrongOption_isAUsageError(String arguments) {
    assertThat(run(arguments.split(" ", -1))).isEqualTo(2);
    assertThat(err.toString()).contains("--help").doesNotContain("Exception", "environment");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "--body-timeout, PT26H, 100ms to 1h",
    "--body-timeout, 1d2h, 100ms to 1h",
    "--timeout, 0s, 1ms to 1h",
    "--max-value-bytes, 20480KiB, 1B to 15MiB",
    "--max-header-bytes, 10, 1KiB to 1MiB"
  })
  void valueOutOfRange_isShownAsGiven(String option, String value, String range) {
    String problem =
        "Invalid value for option '" + option + "': '" + value + "': it must be from " + range;
    assertThat(run(option + "=" + value)).isEqualTo(2);
    assertThat(err.toString()).startsWith(problem);
    err.getBuffer().setLength(0);
    String variable = "KVSTORE_" + option.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
    assertThat(run(Map.of(variable, value))).isEqualTo(2);
    assertThat(err.toString()).contains(problem);
  }

  @ParameterizedTest
  @CsvSource({
    "KVSTORE_PORT, x",
    "KVSTORE_PORT, 70000",
    "KVSTORE_TIMEOUT, 5",
    "KVSTORE_HOST, 0.0.0.0",
    "KVSTORE_MAX_VALUE_BYTES, 1M",
    "KVSTORE_MAX_BODY_BYTES, -1",
    "KVSTORE_INSECURE, perhaps",
    "KVSTORE_DATABASE, x"
  })
  void wrongVariable_isNamed(String variable, String value) {
    assertThat(run(Map.of(variable, value))).isEqualTo(2);
    assertThat(err.toString()).startsWith("The environment variable " + variable + ": ");
  }

  @Test
  void wrongOption_overASoundVariable_isNotBlamedOnIt() {
    assertThat(run(Map.of("KVSTORE_PORT", "7070"), "--port", "x")).isEqualTo(2);
    assertThat(err.toString()).startsWith("Invalid value for option '--port'");
  }

  @Test
  void wrongMongodbUri_isNamedButNotRepeated() {
    String uri = "mongodb://root:hunter2@local host:x/";

    assertThat(run("--mongodb", uri)).isEqualTo(2);
    assertThat(run(Map.of("KVSTORE_MONGODB_URI", uri))).isEqualTo(2);
    assertThat(err.toString())
        .contains("The environment variable KVSTORE_MONGODB_URI: ", "mongodb://user:password@")
        .doesNotContain("hunter2");
    assertThat(run("--mongodb", "mongodb://localhost", "--database", "a b")).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--data", "--tokens-file"})
  void emptyPath_isRefused(String option) {
    assertThat(run(option, "")).isEqualTo(2);
    assertThat(err.toString()).contains("Invalid value for option '" + option + "': ''");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void addressThatOthersReach_needsInsecure(String host) {
    assertThat(run("--host", host)).isEqualTo(2);
    assertThat(err.toString()).contains(host, "--insecure");
  }

  @Test
  void lockedFile_isAFailureInOneLine() {
    SqliteEntryDatabase other = SqliteEntryDatabase.open(folder.resolve("kvstore.db"));
    try (other) {
      assertThat(run()).isEqualTo(1);
    }
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("kvstore.db", "already open");
  }

  @Test
  void folderThatIsAFile_isAFailureInOneLine() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertThat(run("--data", file.toString())).isEqualTo(1);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains(file.toString());
  }

  @Test
  void portInUse_isAFailureInOneLine() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(run("--port", "" + other.getLocalPort())).isEqualTo(1);
      assertThat(err.toString().lines()).hasSize(1);
      assertThat(err.toString()).contains("" + other.getLocalPort(), "in use", "--port");
    }
  }

  @Test
  void serve_withoutItsMongodb_startsAllTheSame() throws Exception {
    String uri = "mongodb://root:hunter2@127.0.0.1:" + unusedPort() + "/app";

    serve(
        () -> Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> out.toString().contains("kvstore serves")),
        "--mongodb",
        uri,
        "--timeout",
        "PT0.2S");
    assertThat(out.toString()).contains("MongoDB").doesNotContain("hunter2");
  }

  private static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "serve", "serve --port=0", "--port=0 serve", "--insecure serve"})
  void serve_isTheDefault(String arguments) throws Exception {
    serve(
        () -> {
          Matcher line = Pattern.compile(
                  "kvstore serves http://127\\.0\\.0\\.1:(\\d+) .*kvstore\\.db")
              .matcher("");
          Awaitility.await()
              .atMost(Duration.ofSeconds(60))
              .until(() -> line.reset(out.toString()).find());
          assertThat(Integer.parseInt(line.group(1))).isPositive();
        },
        arguments.isEmpty() ? new String[0] : arguments.split(" ", -1));
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[::1]", "::1"})
  void addressOfIpv6_isPrintedAsAUrlThatWorks(String host) throws Exception {
    serve(
        () -> {
          Matcher url = Pattern.compile("http://\\[::1]:\\d+").matcher("");
          Awaitility.await()
              .atMost(Duration.ofSeconds(60))
              .until(() -> url.reset(out.toString()).find());
          assertThat(status(url.group() + "/health/live")).isEqualTo(200);
        },
        "--host",
        host);
  }

  private static int status(String url) {
    try {
      HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
      return connection.getResponseCode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void serve_logsVariablesThatAreNoSettings() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(ServeCommand.class);
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    Map<String, String> environment = new TreeMap<>(Map.of(
        "KVSTORE_MONGODB", "x", "KVSTORE_PORT", "tcp://10.0.0.1:80", "KVSTORE_SERVICE_HOST", "x"));
    environment.put("KVSTORE_DATA", folder.toString());
    ServeCommand command =
        new ServeCommand(Variables.of(environment, Set.of("KVSTORE_DATA"), Set.of()));
    appender.start();
    logger.addAppender(appender);
    try {
      command.warnAboutVariables();
    } finally {
      logger.detachAppender(appender);
    }
    assertThat(appender.list)
        .extracting(event -> event.getLevel() + " " + event.getFormattedMessage())
        .satisfiesExactly(
            unknown ->
                assertThat(unknown).startsWith("WARN The environment variable KVSTORE_MONGODB"),
            note -> assertThat(note).startsWith("INFO Ignoring variables that Kubernetes sets"));
  }

  /** Runs the service during the check. */
  private void serve(Runnable check, String... arguments) throws InterruptedException {
    Thread serving = new Thread(() -> run(arguments));
    serving.start();
    try {
      check.run();
    } finally {
      serving.interrupt();
      serving.join(20_000);
    }
    assertThat(serving.isAlive()).isFalse();
  }
}
