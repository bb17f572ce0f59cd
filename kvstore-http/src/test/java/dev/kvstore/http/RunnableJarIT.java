package dev.kvstore.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the packaged jar in a separate process. */
class RunnableJarIT {
  private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");

  @TempDir
  private Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  private Process run(String... arguments) throws IOException {
    return run(List.of(), arguments);
  }

  private Process run(List<String> jvm, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.add("-jar");
    command.add(System.getProperty("kvstore.jar"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectError(folder.resolve("err.txt").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("KVSTORE_"));
    builder.environment().put("KVSTORE_PORT", "0");
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  /** Returns the address that the service prints. */
  private static String address(Process process) throws IOException {
    BufferedReader out = process.inputReader(UTF_8);
    Matcher address = ADDRESS.matcher(String.valueOf(out.readLine()));
    assertThat(address.find()).isTrue();
    return address.group();
  }

  private HttpResponse<String> send(String method, String uri, String body) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(uri))
        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
        .header("Content-Type", "application/json")
        .build();
    return client.send(request, BodyHandlers.ofString());
  }

  @Test
  void killedProcess_losesNothing() throws Exception {
    Process first = run();
    String key = "/v1/stores/app/keys/ui.theme";
    assertThat(send("PUT", address(first) + key, "\"dark\"").statusCode()).isEqualTo(201);
    first.destroyForcibly().waitFor();

    assertThat(send("GET", address(run("serve")) + key, "").body()).isEqualTo("\"dark\"\n");
    assertThat(folder.resolve("kvstore-data").resolve("kvstore.db")).exists();
  }

  @Test
  void terminatedProcess_stopsInGoodOrder() throws Exception {
    Process process = run();
    String address = address(process);
    assertThat(send("GET", address + "/health/ready", "").statusCode()).isEqualTo(200);
    process.destroy();

    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(folder.resolve("err.txt"))).contains("Stopping").hasLineCount(1);
    assertThat(address(run())).isNotEmpty();
  }

  @Test
  void log_isJson_whereAskedFor_andHasNoKeysOrValues() throws Exception {
    Process process = run("--log-format=json", "--access-log");
    String address = address(process);
    send("PUT", address + "/v1/stores/app/keys/secret?ttl=PT1H", "\"hunter2\"");
    send("GET", address + "/metrics", "");
    process.destroy();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    List<String> lines = Files.readAllLines(folder.resolve("err.txt"));

    assertThat(lines).hasSize(3).noneMatch(line -> line.contains("secret"));
    assertThat(lines).filteredOn(line -> line.contains("\"Stopping\"")).hasSize(1);
    JsonNode put = new ObjectMapper()
        .readTree(
            lines.stream().filter(line -> line.contains("PUT")).findFirst().orElseThrow());
    assertThat(put.path("log.level").asText()).isEqualTo("INFO");
    assertThat(put.path("message").asText()).isEqualTo("Answered");
    assertThat(put.path("http.request.method").asText()).isEqualTo("PUT");
    assertThat(put.path("labels.route").asText()).isEqualTo("/v1/stores/{store}/keys/{key}");
    assertThat(put.path("client.ip").asText()).isEqualTo("127.0.0.1");
    assertThat(put.path("http.response.status_code").asInt()).isEqualTo(201);
    assertThat(put.path("event.duration").asLong()).isPositive();
    assertThat(put.path("service.version").asText()).isNotEmpty();
  }

  @Test
  void secondProcess_isRefusedTheFile() throws Exception {
    Process first = run();
    address(first);
    Process second = run();

    assertThat(second.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).isEqualTo(1);
    assertThat(Files.readString(folder.resolve("err.txt")))
        .contains("kvstore.db", "in use by another process")
        .hasLineCount(1);
    assertThat(first.isAlive()).isTrue();
  }

  /** Starts the service with its launcher and a separate cache folder. */
  private Process launch(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(
        List.of("sh", Path.of("deploy", "kvstore").toAbsolutePath().toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectError(folder.resolve("err.txt").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("KVSTORE_"));
    builder.environment().put("KVSTORE_PORT", "0");
    builder.environment().put("CACHE_DIRECTORY", folder.resolve("cache").toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  @Test
  void launcher_serves_andTheFirstRunMakesAnArchiveForTheNext() throws Exception {
    Process help = launch("--help");
    help.getInputStream().transferTo(OutputStream.nullOutputStream());
    assertThat(help.waitFor()).isZero();
    assertThat(folder.resolve("cache")).isEmptyDirectory();
    Process first = launch("--log-level", "info");
    assertThat(send("GET", address(first) + "/v1/stores", "").statusCode()).isEqualTo(200);
    first.destroy();
    assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();

    assertThat(folder.resolve("cache")).isDirectoryContaining("glob:**/kvstore-*.jsa");
    Process second = launch();
    String address = address(second);
    assertThat(send("GET", address + "/v1/stores", "").statusCode()).isEqualTo(200);
    assertThat(send("GET", address + "/metrics", "").body())
        .as("of the serial collector")
        .contains("Tenured Gen");
    assertThat(folder.resolve("err.txt")).isEmptyFile();
  }

  @Test
  void bufferedAnswers_doNotEndAProcessWithLittleMemory() throws Exception {
    Process process = run(List.of("-Xmx96m", "-XX:+ExitOnOutOfMemoryError"));
    String store = address(process) + "/v1/stores/app";
    String value = '"' + "0123456789abcdef".repeat(60 * 1024) + '"';
    for (int i = 0; i < 40; i++) {
      assertThat(send("PUT", store + "/keys/k" + i, value).statusCode()).isEqualTo(201);
    }
    HttpRequest values = HttpRequest.newBuilder(URI.create(store + "/values"))
        .header("Accept", "application/bson")
        .build();
    List<CompletableFuture<HttpResponse<Void>>> answers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      answers.add(client.sendAsync(values, BodyHandlers.discarding()));
    }

    assertThat(answers)
        .allSatisfy(answer ->
            assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isIn(200, 413, 429, 503));
    assertThat(send("GET", store + "/keys/k1", "").statusCode()).isEqualTo(200);
    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void output_thatIsLost_isNoSuccess_butAClosedPipeIs() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")));
    Process lost = shell("%s config > /dev/full");
    assertThat(lost.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(lost.exitValue()).isEqualTo(1);
    assertThat(folder.resolve("err.txt"))
        .hasContent("kvstore: the output could not be written: No space left on device");

    Process closed = shell("set -o pipefail; %s --help | true");
    assertThat(closed.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(closed.exitValue()).isZero();
    assertThat(folder.resolve("err.txt")).isEmptyFile();
  }

  /** @param script a script with {@code %s} for running the jar */
  private Process shell(String script) throws IOException {
    String java = "'" + Path.of(System.getProperty("java.home"), "bin", "java") + "' -jar '"
        + System.getProperty("kvstore.jar") + "'";
    Process process = new ProcessBuilder("bash", "-c", script.formatted(java))
        .directory(folder.toFile())
        .redirectError(folder.resolve("err.txt").toFile())
        .start();
    processes.add(process);
    return process;
  }

  @Test
  void version_isThatOfTheBuild() throws Exception {
    Process process = run("--version");

    assertThat(process.inputReader(UTF_8).readLine()).matches("kvstore \\d+\\.\\d+\\.\\d+.*");
    assertThat(process.waitFor()).isZero();
  }
}
