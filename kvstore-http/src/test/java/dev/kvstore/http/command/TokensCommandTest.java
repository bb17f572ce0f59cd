package dev.kvstore.http.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Main;
import dev.kvstore.testing.MongoTestServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensCommandTest {
  private static final Pattern ADDRESS = Pattern.compile("kvstore serves (http://\\S+)");

  @TempDir
  private Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<Thread> services = new ArrayList<>();

  private record Outcome(int code, String out, String err) {}

  private Outcome run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Map<String, String> environment = Map.of("KVSTORE_DATA", folder.toString());
    int code =
        Main.run(arguments, environment, new PrintWriter(out, true), new PrintWriter(err, true));
    return new Outcome(code, out.toString(), err.toString());
  }

  private String create(String... options) {
    List<String> arguments = new ArrayList<>(List.of("tokens", "create"));
    arguments.addAll(List.of(options));
    Outcome outcome = run(arguments.toArray(String[]::new));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome.out().strip();
  }

  /** Starts a service until the end of the test and returns its address. */
  private String serve(String... options) {
    StringWriter out = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of("--port=0"));
    arguments.addAll(List.of(options));
    Thread service = new Thread(() -> Main.run(
        arguments.toArray(String[]::new),
        Map.of("KVSTORE_DATA", folder.toString()),
        new PrintWriter(out, true),
        new PrintWriter(out, true)));
    service.start();
    services.add(service);
    Matcher line = ADDRESS.matcher("");
    patiently().until(() -> line.reset(out.toString()).find());
    return line.group(1).replace("0.0.0.0", "127.0.0.1");
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (Thread service : services) {
      service.interrupt();
      service.join(20_000);
      assertThat(service.isAlive()).isFalse();
    }
  }

  private static ConditionFactory patiently() {
    return Awaitility.await().atMost(Duration.ofSeconds(60));
  }

  private int status(String address, String... headers) throws IOException, InterruptedException {
    return get(address + "/v1/stores/app/keys?prefix=ui.", headers);
  }

  private int get(String uri, String... headers) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.discarding()).statusCode();
  }

  private static String[] bearer(String secret) {
    return new String[] {"Authorization", "Bearer " + secret};
  }

  @Test
  void create_printsTheSecretAlone_andKeepsItNowhere() throws IOException {
    Outcome outcome = run(
        "tokens", "create", "--name", "ci", "--role", "write", "--store", "app", "--prefix", "ui.");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).matches("kvs_[A-Za-z0-9_-]{43}\\R");
    assertThat(outcome.err()).contains("ci").doesNotContain("kvs_");
    assertThat(Files.readString(folder.resolve("tokens.yaml")))
        .doesNotContain(outcome.out().strip());
    assertThat(create("--name", "b", "--role", "read"))
        .isNotEqualTo(outcome.out().strip());
  }

  @Test
  void list_showsAllButTheSecrets() {
    String secret = create("--name=ci", "--role=write", "--store=app", "--prefix=ui.", "--ttl=P1D");
    create("--name=all", "--role=admin");
    Outcome outcome = run("tokens", "list");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out().lines()).hasSize(3);
    assertThat(outcome.out().lines().toList().get(1)).matches("all +admin +all +all +20.*never");
    assertThat(outcome.out().lines().toList().get(2)).matches("ci +write +app +ui\\. +20.*T.*Z");
    assertThat(outcome.out()).doesNotContain(secret);
  }

  @Test
  void name_isTakenOnce_untilItIsRevoked() {
    create("--name=ci", "--role=read");
    Outcome again = run("tokens", "create", "--name=ci", "--role=read");

    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("'ci'", "revoke").hasLineCount(1);
    Outcome revoked = run("tokens", "revoke", "ci");
    assertThat(revoked.code()).isZero();
    assertThat(revoked.out()).isEqualToIgnoringNewLines("Revoked the token 'ci'");
    assertThat(revoked.err()).contains("No running service");
    Outcome nothing = run("tokens", "revoke", "ci");
    assertThat(nothing.code()).isEqualTo(1);
    assertThat(nothing.err()).contains("no token 'ci'");
    create("--name=ci", "--role=read");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tokens",
        "tokens frobnicate",
        "tokens create",
        "tokens create --name=ci",
        "tokens create --role=read",
        "tokens create --name=ci --role=root",
        "tokens create --name=ci --role=READ",
        "tokens create --name=c/i --role=read",
        "tokens create --name=kvs_x --role=read",
        "tokens create --name=ci --role=read --store=1",
        "tokens create --name=ci --role=read --prefix=",
        "tokens create --name=ci --role=read --ttl=1",
        "tokens create --name=ci --role=read --ttl=PT0S",
        "tokens create --name=ci --role=read --ttl=P9999999D",
        "tokens create --name=ci --role=read --port=1",
        "tokens revoke",
        "tokens revoke a b",
        "tokens list --database=x",
        "--tokens-file=nowhere.yaml",
        "--max-requests-per-second=-1"
      })
  void wrongCommand_isAUsageError(String arguments) {
    Outcome outcome = run(arguments.split(" ", -1));

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("--help").doesNotContain("Exception");
    assertThat(outcome.out()).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void secretInPlaceOfTheName_isNotRepeated() {
    String secret = create("--name=ci", "--role=read");
    Outcome outcome = run("tokens", "revoke", secret);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("name").doesNotContain(secret);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tokens --help", "tokens create --help", "tokens revoke --help"})
  void help_isThere(String arguments) {
    Outcome outcome = run(arguments.split(" ", -1));

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains("Usage:", "token");
  }

  @Test
  void firstToken_closesARunningService_andRevokedOnesAreRefused() throws Exception {
    String address = serve();
    assertThat(status(address)).isEqualTo(200);

    Outcome created = run("tokens", "create", "--name=first", "--role=read");
    // Immediately, because the command has waited for the service.
    assertThat(status(address)).isEqualTo(401);
    assertThat(created.err()).contains("Acknowledged by 1 running service");
    String first = created.out().strip();
    assertThat(status(address, bearer(first))).isEqualTo(200);

    String second = create("--name=second", "--role=read", "--store=other");
    patiently().until(() -> status(address, bearer(second)) == 403);
    assertThat(run("tokens", "revoke", "first").err())
        .contains("Acknowledged by 1 running service");
    assertThat(status(address, bearer(first))).isEqualTo(401);
    assertThat(run("tokens", "revoke", "second").code()).isZero();
    patiently().until(() -> status(address, bearer(second)) == 401);
    assertThat(status(address)).isEqualTo(401);
  }

  @Test
  void serviceThatDoesNotAnswer_isSaidToHaveNotAcknowledged() throws IOException {
    Files.writeString(folder.resolve("tokens.yaml.seen.1"), "of a service that was just killed");
    Outcome created = run("tokens", "create", "--name=ci", "--role=read");

    assertThat(created.code()).isZero();
    assertThat(created.err()).contains("Not acknowledged within 5 seconds by 1 of 1");
  }

  @Test
  void auditLog_hasTokensAndRefusals_butNoSecrets() throws Exception {
    Path log = folder.resolve("audit.log");
    String first = create("--name=first", "--role=admin");
    String address = serve("--audit-log=" + log);
    String second = create("--name=second", "--role=read");
    assertThat(run("tokens", "revoke", "first").code()).isZero();
    assertThat(status(address, bearer(first))).isEqualTo(401);

    assertThat(Files.readAllLines(log))
        .satisfiesExactly(
            line -> assertThat(line).contains("\"token-loaded\"", "\"first\""),
            line -> assertThat(line).contains("\"token-created\"", "\"second\""),
            line -> assertThat(line).contains("\"token-revoked\"", "\"first\""),
            line -> assertThat(line)
                .contains("\"request-refused\"", "\"127.0.0.1\"", "\"unauthenticated\""));
    assertThat(log).content().doesNotContain(first, second);
  }

  @Test
  void auditLog_thatCannotBeWritten_isAFailure() {
    Outcome outcome = run("--port=0", "--audit-log=" + folder.resolve("none").resolve("a.log"));

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .startsWith("The audit log")
        .contains("cannot be written", "does not exist")
        .hasLineCount(1);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void metrics_needATokenWithoutLimits_onceThereIsOne() throws Exception {
    String closed = serve();
    assertThat(get(closed + "/metrics")).isEqualTo(200);
    String all = create("--name=all", "--role=read");
    String some = create("--name=some", "--role=admin", "--store=app");

    assertThat(get(closed + "/metrics")).isEqualTo(401);
    assertThat(get(closed + "/metrics", bearer(some))).isEqualTo(403);
    assertThat(get(closed + "/metrics", bearer(all))).isEqualTo(200);
    stop();
    services.clear();
    assertThat(get(serve("--protect-metrics=false") + "/metrics")).isEqualTo(200);
  }

  @Test
  void tokensFile_isReadAgainWhenItChanges() throws Exception {
    Path file = folder.resolve("who.yaml");
    String secret = create("--name=ci", "--role=read", "--tokens-file=" + file);
    String address = serve("--tokens-file=" + file);

    assertThat(folder.resolve("tokens.yaml")).doesNotExist();
    assertThat(status(address, bearer(secret))).isEqualTo(200);
    Files.writeString(file, "tokens: []\n");
    patiently().until(() -> status(address, bearer(secret)) == 401);
    Files.delete(file);
    assertThat(status(address)).isEqualTo(401);
  }

  @Test
  void services_thatShareATokensFile_acknowledgeEachForItself() {
    String file = "--tokens-file=" + folder.resolve("who.yaml");
    create("--name=first", "--role=read", file);
    serve(file, "--data=" + folder.resolve("one"));
    serve(file, "--data=" + folder.resolve("two"));

    assertThat(run("tokens", "create", "--name=second", "--role=read", file).err())
        .contains("Acknowledged by 2 running services");
  }

  @Test
  void tokensInMongodb_areThoseOfAllNodes() throws Exception {
    try (MongoTestServer mongo = MongoTestServer.start()) {
      String uri = "--mongodb=" + mongo.connectionString();
      String one = serve(uri);
      String two = serve(uri);
      assertThat(status(two)).isEqualTo(200);

      Outcome created = run("tokens", "create", "--name=ci", "--role=read", uri);
      assertThat(created.err()).contains("Acknowledged by 2 running services");
      String secret = created.out().strip();
      assertThat(status(one)).isEqualTo(401);
      assertThat(status(two)).isEqualTo(401);
      assertThat(status(one, bearer(secret))).isEqualTo(200);
      assertThat(status(two, bearer(secret))).isEqualTo(200);

      assertThat(run("tokens", "revoke", "ci", uri).err()).contains("Acknowledged by 2");
      assertThat(status(one, bearer(secret))).isEqualTo(401);
      assertThat(status(two, bearer(secret))).isEqualTo(401);
      stop();
      services.clear();
    }
  }

  @Test
  void addressThatOthersReach_isServedWithTokens() throws Exception {
    String secret = create("--name=ci", "--role=read");
    String address = serve("--host=0.0.0.0");

    assertThat(status(address)).isEqualTo(401);
    assertThat(status(address, bearer(secret))).isEqualTo(200);
  }

  @Test
  void addressThatOthersReach_isServedWithoutTokens_ifInsecure() throws Exception {
    String address = serve("--host=0.0.0.0", "--insecure");
    assertThat(status(address)).isEqualTo(200);

    create("--name=ci", "--role=read");
    patiently().until(() -> status(address) == 401);
  }

  @Test
  void addressThatOthersReach_needsTokensInMongodbToo() {
    try (MongoTestServer mongo = MongoTestServer.start()) {
      Outcome outcome = run("--port=0", "--host=0.0.0.0", "--mongodb=" + mongo.connectionString());

      assertThat(outcome.code()).isEqualTo(2);
      assertThat(outcome.err()).contains("--host", "tokens create", "--insecure");
    }
  }

  @Test
  void addressThatOthersReach_isNotOpen_whereTheTokensAreNotKnown() throws Exception {
    String address =
        serve("--host=0.0.0.0", "--timeout=PT0.2S", "--mongodb=mongodb://127.0.0.1:1/app");

    assertThat(status(address)).isEqualTo(503);
    assertThat(status(address, bearer("kvs_x"))).isEqualTo(503);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no POSIX permissions")
  void folderOfTheDataThatOthersCanWrite_keepsTheServiceFromStarting_withoutTokensToo()
      throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    Outcome outcome = run("--port=0");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains(folder.toString(), "chmod go-w").hasLineCount(1);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void brokenTokensFile_keepsTheServiceFromStarting() throws IOException {
    Files.writeString(folder.resolve("tokens.yaml"), "tokens: what\n");
    Outcome outcome = run("--port=0");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("tokens.yaml", "line 1").hasLineCount(1);
  }
}
