package dev.kvstore.http.command;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVStore;
import dev.kvstore.http.Main;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.ValueLimits;
import dev.kvstore.sqlite.SqliteKVStore;
import dev.kvstore.testing.MongoTestServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Tests entries that a service stores at startup. */
class SeedTest {
  @TempDir
  private Path folder;

  private final List<Thread> services = new ArrayList<>();

  private record Outcome(int code, String err) {}

  private Path data() {
    return folder.resolve("data");
  }

  private Map<String, String> environment(String... more) {
    Map<String, String> environment =
        new TreeMap<>(Map.of("KVSTORE_DATA", data().toString()));
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return environment;
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  /** Starts the service and returns its output; it runs until it is stopped. */
  private StringWriter start(Map<String, String> environment, String... options) {
    StringWriter out = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of("--port=0"));
    arguments.addAll(List.of(options));
    Thread service = new Thread(() -> Main.run(
        arguments.toArray(String[]::new),
        environment,
        new PrintWriter(out, true),
        new PrintWriter(out, true)));
    service.start();
    services.add(service);
    return out;
  }

  private static void awaitServing(StringWriter out) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> out.toString().contains("kvstore serves"));
  }

  private void serveOnce(Map<String, String> environment, String... options) throws Exception {
    awaitServing(start(environment, options));
    stop();
  }

  private Outcome fail(String... options) {
    StringWriter err = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of("--port=0"));
    arguments.addAll(List.of(options));
    int code = Main.run(
        arguments.toArray(String[]::new),
        environment(),
        new PrintWriter(new StringWriter()),
        new PrintWriter(err, true));
    return new Outcome(code, err.toString());
  }

  private KVStore store(String name) {
    return SqliteKVStore.open(data().resolve(Backend.FILE), name);
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (Thread service : services) {
      service.interrupt();
      service.join(20_000);
      assertThat(service.isAlive()).isFalse();
    }
    services.clear();
  }

  @Test
  void seed_storesWhatIsMissing_andKeepsWhatIsThere() throws Exception {
    try (KVStore store = store("app")) {
      store.set("ui.theme", "dark");
      store.set("nothing", null);
    }
    Path file = write("app.json", "{\"ui.theme\": \"light\", \"nothing\": 1, \"retries\": 3}");
    for (int i = 0; i < 2; i++) {
      serveOnce(environment(), "--seed=" + file);
    }

    try (KVStore store = store("app")) {
      assertThat(store.get("ui.theme", String.class)).isEqualTo("dark");
      assertThat(store.entry("nothing", String.class).value()).isNull();
      assertThat(store.get("retries", Integer.class)).isEqualTo(3);
      assertThat(store.entry("retries", Integer.class).version()).isEqualTo(1);
    }
  }

  @Test
  void seed_takesAllFormats_andTheStoreFromTheNameOrTheOption() throws Exception {
    Path yaml = write("one.yaml", "http:\n  retries: 3\n");
    Path properties = write("two.properties", "ui.theme=dark\n");
    Path json = write("x.json", "{\"n\": 1}");
    serveOnce(environment("KVSTORE_SEED", yaml + "," + properties + ",three=" + json));

    try (KVStore store = store("one")) {
      assertThat((Object) store.get("http", Map.class)).isEqualTo(Map.of("retries", 3));
    }
    try (KVStore store = store("two")) {
      assertThat(store.get("ui.theme", String.class)).isEqualTo("dark");
    }
    try (KVStore store = store("three")) {
      assertThat(store.get("n", Integer.class)).isEqualTo(1);
    }
  }

  @Test
  void seed_isLogged_withCountsAndNoValues() throws Exception {
    Path file = write("app.json", "{\"a\": \"hunter2\", \"b\": \"hunter2\"}");
    SeedOptions options = new SeedOptions();
    new CommandLine(CommandSpec.create().addMixin("seeds", CommandSpec.forAnnotatedObject(options)))
        .parseArgs("--seed=" + file);
    Logger logger = (Logger) LoggerFactory.getLogger(SeedOptions.class);
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    logger.addAppender(appender);
    try (SqliteEntryDatabase database = SqliteEntryDatabase.open(data().resolve(Backend.FILE))) {
      options.apply(database, ValueLimits.DEFAULT);
      options.apply(database, ValueLimits.DEFAULT);
    } finally {
      logger.detachAppender(appender);
    }

    String line = "Seeded the store 'app' from " + file + ": ";
    assertThat(appender.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(line + "2 entries stored, 0 kept", line + "0 entries stored, 2 kept");
  }

  @Test
  void seed_ofSeveralNodesThatStartTogether_isStoredOnce() throws Exception {
    String entries = String.join(
        ",", IntStream.range(0, 300).mapToObj(i -> "\"k" + i + "\": " + i).toList());
    Path file = write("app.json", "{" + entries + "}");
    try (MongoTestServer mongo = MongoTestServer.start()) {
      String uri = "--mongodb=" + mongo.connectionString();
      List<StringWriter> nodes = IntStream.range(0, 3)
          .mapToObj(i -> start(environment(), uri, "--seed=" + file))
          .toList();
      nodes.forEach(SeedTest::awaitServing);
      stop();

      try (KVDatabase database = KVDatabase.open(mongo.connectionString())) {
        KVStore store = database.store("app");
        assertThat(store.keys()).hasSize(300);
        assertThat(store.entry("k7", Integer.class).version()).isEqualTo(1);
      }
    }
  }

  @Test
  void badEntry_isAUsageError_thatNamesFileKeyAndLine_andNothingIsWritten() throws Exception {
    Path good = write("good.json", "{\"a\": 1}");
    Path bad = write("app.json", "{\n  \"a\": 1,\n  \"b/\": \"hunter2\",\n  \"a\": 2\n}");
    Outcome outcome = fail("--seed=" + good, "--seed=" + bad);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err())
        .contains(bad + ":3:", bad + ":4:", "'a'")
        .doesNotContain("hunter2", "Exception");
    assertThat(data()).doesNotExist();
  }

  @Test
  void badFile_isAUsageError() throws Exception {
    assertThat(fail("--seed=" + write("app.json", "{\"a\": hunter2")).err())
        .contains("app.json:1:")
        .doesNotContain("hunter2");
    assertThat(fail("--seed=" + folder.resolve("none.json")).err())
        .contains("--seed", "none.json does not exist");
    assertThat(fail("--seed=" + write("app.txt", "")).err()).contains("--seed", ".properties");
    assertThat(fail("--seed=" + write("1.json", "{}")).err()).contains("--seed", "store");
    assertThat(fail("--seed=").code()).isEqualTo(2);
    assertThat(data()).doesNotExist();
  }

  @Test
  void value_overTheLimit_isAUsageError() throws Exception {
    Path file = write("app.json", "{\"a\": \"" + "x".repeat(2000) + "\"}");
    Outcome outcome = fail("--seed=" + file, "--max-value-bytes=1KiB");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("app.json:1:").doesNotContain("xx");
  }

  @Test
  void databaseThatIsAway_isAFailure() throws Exception {
    Path file = write("app.json", "{\"a\": 1}");
    Outcome outcome =
        fail("--seed=" + file, "--timeout=PT0.2S", "--mongodb=mongodb://127.0.0.1:1/app");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("The seed file " + file + " was not applied");
  }
}
