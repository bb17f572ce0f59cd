package dev.kvstore.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kvstore.HistorySettings;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the packaged command line, run from a shell against a service. */
class KvJarIT {
  private static final int PATIENCE_SECONDS = 120;

  /** Shared by all tests, so that the launcher creates its archive only once. */
  @TempDir
  private static Path cache;

  @TempDir
  private Path folder;

  private final TestTokens tokens = new TestTokens();
  private TestService service;
  private String url;

  /** The exit code and output of a command. */
  private record Result(int code, String out, String err) {}

  @BeforeEach
  void start() throws IOException {
    service = TestService.start(
        SqliteEntryDatabase.open(
            folder.resolve("test.db"), SqliteConfig.DEFAULT.history(HistorySettings.DEFAULT)),
        new AccessControl(tokens.authenticator(), null, false));
    url = "http://127.0.0.1:" + service.server().port();
    Path jar = Path.of(System.getProperty("kv.jar"));
    Files.createSymbolicLink(folder.resolve("kv"), jar.resolveSibling("kv"));
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private Process begin(String script) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("bash", "-c", script)
        .directory(folder.toFile())
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .redirectError(folder.resolve("err.txt").toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("KVSTORE_") || name.startsWith("XDG_"));
    environment.put("PATH", folder + ":" + environment.get("PATH"));
    environment.put("HOME", folder.toString());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("XDG_CACHE_HOME", cache.toString());
    environment.put("EDITOR", "true");
    environment.put("LC_ALL", "C.UTF-8");
    environment.put("KVSTORE_SERVER", url);
    environment.put("KVSTORE_STORE", "app");
    return builder.start();
  }

  private Result shell(String script) throws IOException, InterruptedException {
    Process process = begin(script);
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), out, Files.readString(folder.resolve("err.txt")));
  }

  private String print(String script) throws IOException, InterruptedException {
    Result result = shell(script);
    assertThat(result.code()).as(result.toString()).isZero();
    assertThat(result.err()).isEmpty();
    return result.out();
  }

  /** The other examples are run without a process for each. */
  @ParameterizedTest
  @ValueSource(
      strings = {"list", "find", "apply", "edit", "export", "import", "diff", "completion"})
  void examplesOfTheHelp_thatNeedAShell_work(String command) throws Exception {
    service.put("/v1/stores/app/keys/ui.theme", "\"dark\"");
    service.put("/v1/stores/app/keys/http.limits", "{\"max\": 3}");
    List<String> examples = print("kv " + command + " --help")
        .lines()
        .dropWhile(line -> !line.equals("Examples:"))
        .skip(1)
        .takeWhile(line -> line.startsWith("  "))
        .filter(line -> !line.startsWith("  kv ") || line.matches("[^#]*[|<>].*"))
        .toList();
    assertThat(examples).isNotEmpty();
    for (String example : examples) {
      Result result = shell(example.replace("http://127.0.0.1:7070", url));
      assertThat(result.code()).as(example + result).isIn(0, example.contains("diff") ? 1 : 0);
      assertThat(result.err()).as(example).doesNotContain("Exception", "SLF4J", "WARN");
    }
  }

  @Test
  void session_ofANewUser() throws Exception {
    assertThat(print("kv set ui.theme '\"dark\"'"))
        .matches("ui\\.theme: created, version 1, etag [0-9a-f]{24}\n");
    assertThat(print("kv get ui.theme")).isEqualTo("\"dark\"\n");
    assertThat(print("kv set ключ 12.50 && kv get ключ")).endsWith("\n12.50\n");
    assertThat(shell("LC_ALL=C kv get ключ"))
        .isIn(
            new Result(0, "12.50\n", ""),
            new Result(
                2,
                "",
                "kv: An argument has characters that this locale does not have; try"
                    + " LC_ALL=C.UTF-8\n"));
    assertThat(print("kv set n -5 && kv incr n --by 3")).endsWith("\n-2\n");
    assertThat(print("kv default ui.theme '\"light\"'")).isEqualTo("ui.theme: kept \"dark\"\n");
    assertThat(print("kv list --tree")).isEqualTo("""
            ├── n     -2
            ├── ui.
            │   └── theme  "dark"
            └── ключ  12.50
            """);
    assertThat(print("kv export --format yaml > all.yaml; kv import all.yaml --store copy"))
        .isEqualTo("Imported 3 entries: 3 created, 0 changed, 0 the same\n");
    assertThat(print("kv set ui.theme '\"blue\"' > etag; kv export | kv diff - copy || echo $?"))
        .isEqualTo("-ui.theme: \"blue\"\n+ui.theme: \"dark\"\n1\n");
    assertThat(print("kv stores")).isEqualTo("STORE   ENTRIES\napp     3\ncopy    3\n");
    assertThat(print("kv list --keys | head -1")).isEqualTo("n\n");
    assertThat(print("kv delete n")).isEqualTo("n: deleted\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  @Timeout(PATIENCE_SECONDS)
  void watch_tellsOfChanges_untilASignalEndsIt(String signal) throws Exception {
    // Background commands of a shell and their children ignore Ctrl-C.
    assumeTrue(!signal.equals("INT") || print("trap -p INT").isEmpty());
    Process process = begin("exec kv watch -o json");
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      assertThat(lines.readLine()).isEqualTo("{\"event\":\"ready\"}");
      service.put("/v1/stores/app/keys/ui.theme", "\"dark\"");
      assertThat(lines.readLine())
          .startsWith("{\"event\":\"set\",\"key\":\"ui.theme\",\"version\":1,\"etag\":\"")
          .endsWith("\",\"value\":\"dark\"}");
      service.delete("/v1/stores/app/keys/ui.theme");
      assertThat(lines.readLine()).isEqualTo("{\"event\":\"delete\",\"key\":\"ui.theme\"}");
      assertThat(shell("kill -" + signal + " " + process.pid()).code()).isZero();
      assertThat(lines.readLine()).isNull();
    } finally {
      process.destroy();
    }
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(signal.equals("INT") ? 130 : 143);
    assertThat(folder.resolve("err.txt")).isEmptyFile();
  }

  @Test
  @Timeout(PATIENCE_SECONDS)
  void watch_throughAPipe_tellsOfEachChangeAtOnce() throws Exception {
    Process process = begin("kv watch | cat & echo $!; wait");
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      assertThat(lines.readLine()).isNotEmpty();
      await()
          .atMost(Duration.ofSeconds(PATIENCE_SECONDS / 2))
          .until(() -> Files.readString(folder.resolve("err.txt")).contains("watching"));
      for (int i = 1; i <= 3; i++) {
        service.put("/v1/stores/app/keys/n", String.valueOf(i));
        assertThat(lines.readLine()).contains("n = " + i);
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroy);
    }
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  @Timeout(PATIENCE_SECONDS)
  void apply_thatIsKilled_goesOn_andChangesEachEntryOnce() throws Exception {
    String values = IntStream.range(0, 120)
        .mapToObj(i -> "\"k." + i + "\":\"" + i + "\"")
        .collect(Collectors.joining(",", "{", "}"));
    service.put("/v1/stores/app/values", values);
    String secret = tokens
        .add("repairer", Role.WRITE, Limits.NONE)
        .substring("Authorization: Bearer ".length());
    String apply = "export KVSTORE_TOKEN=" + secret
        + "; exec kv apply k. --type text --set true -m repaired --resume progress.jsonl";
    Path progress = folder.resolve("progress.jsonl");
    Process process = begin(apply + " --rate 40");
    await()
        .atMost(Duration.ofSeconds(PATIENCE_SECONDS / 2))
        .until(() -> Files.exists(progress) && Files.readString(progress).contains("changed"));
    process.destroyForcibly().waitFor();

    assertThat(print(apply)).isEqualTo("Changed 120 entries, 0 unchanged, 0 failed\n");
    String token = "export KVSTORE_TOKEN=" + secret;
    assertThat(print(token + "; kv log --prefix k. --by repairer -o json").lines())
        .hasSize(120)
        .allMatch(line -> line.contains("\"version\":2,") && line.contains("\"repaired\""));
  }

  @Test
  void export_toAFullDisk_saysSo() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")));
    service.put("/v1/stores/app/keys/k", "1");
    assertThat(shell("kv export > /dev/full"))
        .isEqualTo(
            new Result(70, "", "kv: the output could not be written: No space left on device\n"));
  }

  @Test
  void exitCodes_areForScripts() throws Exception {
    assertThat(shell("kv get nope"))
        .isEqualTo(new Result(
            1, "", "kv: No entry under key 'nope'; 'kv list' shows those that there are\n"));
    assertThat(shell("kv get")).extracting(Result::code).isEqualTo(2);
    print("kv set k 1 > etag");
    assertThat(shell("kv set k 2 --if-absent").code()).isEqualTo(3);
    assertThat(shell("kv set k '\"x\"' && kv incr k").code()).isEqualTo(3);
    Result down = shell("kv get k --server http://127.0.0.1:" + freePort());
    assertThat(down.code()).isEqualTo(4);
    assertThat(down.err()).hasLineCount(1).contains("is the service running there?");
  }

  @Test
  void token_isNeeded_andNeverPrinted() throws Exception {
    String secret =
        tokens.add("reader", Role.READ, Limits.NONE).substring("Authorization: Bearer ".length());
    Result unknown = shell("kv list");
    assertThat(unknown.code()).isEqualTo(5);
    assertThat(unknown.err()).hasLineCount(1).contains("give a token: --token-file");
    Path file = Files.writeString(folder.resolve("token"), secret + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(print("kv list --keys --token-file token")).isEmpty();
    Result refused = shell("KVSTORE_TOKEN=" + secret + " kv -v set k 1");
    assertThat(refused.code()).isEqualTo(5);
    assertThat(refused.err()).contains("forbidden").doesNotContain(secret);
    Result wrong = shell("KVSTORE_TOKEN=kvs_wrong kv -v list");
    assertThat(wrong.code()).isEqualTo(5);
    assertThat(wrong.err()).doesNotContain("kvs_wrong");
  }

  @Test
  void sdk_hasNothingOfTheCommandLine_andThatNoDatabase() throws IOException {
    assertThat(names("client.jar"))
        .contains("dev/kvstore/client/HttpKVStore.class")
        .noneMatch(name -> name.startsWith("dev/kvstore/cli/"));
    assertThat(names("kv.jar"))
        .contains("dev/kvstore/cli/KvMain.class", "picocli/CommandLine.class")
        .noneMatch(name -> name.startsWith("com/mongodb/client")
            || name.startsWith("org/sqlite")
            || name.startsWith("io/javalin"));
  }

  private static List<String> names(String property) throws IOException {
    try (JarFile jar = new JarFile(System.getProperty(property))) {
      return jar.stream().map(entry -> entry.getName()).toList();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
