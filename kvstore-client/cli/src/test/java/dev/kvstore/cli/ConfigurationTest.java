package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.cli.commands.Commands;
import dev.kvstore.client.TokenOf;
import dev.kvstore.internal.config.Variables;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfigurationTest extends KvTest {
  @BeforeEach
  void fill() {
    for (String store : new String[] {"app", "fromfile", "fromvariable", "fromoption"}) {
      kv.store(store).set("k", store);
    }
    kv.environment.clear();
    kv.environment.put("HOME", folder.toString());
  }

  private Path write(String... lines) throws IOException {
    Path file = folder.resolve(".config/kvstore/config.yaml");
    Files.createDirectories(file.getParent());
    Files.write(file, List.of(lines));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  @Test
  void store_namedLikeACommand() {
    kv.environment.put("KVSTORE_STORE", "log");
    kv.print("set", "k", "1");
    assertThat(kv.print("log", "k")).contains("k  set v1");
    assertThat(kv.print("get", "k", "--store", "log")).isEqualTo("1\n");
  }

  @Test
  void optionCountsBeforeVariable_andThatBeforeTheFile() throws IOException {
    write("store: fromfile", "timeout: 3s");
    assertThat(kv.print("get", "k", "-r")).isEqualTo("fromfile\n");
    assertThat(kv.settings.requestTimeout()).isEqualTo(Duration.ofSeconds(3));
    kv.environment.put("KVSTORE_STORE", "fromvariable");
    kv.environment.put("KVSTORE_TIMEOUT", "4s");
    assertThat(kv.print("get", "k", "-r")).isEqualTo("fromvariable\n");
    assertThat(kv.settings.requestTimeout()).isEqualTo(Duration.ofSeconds(4));
    assertThat(kv.print("get", "k", "-r", "--store", "fromoption")).isEqualTo("fromoption\n");
    assertThat(kv.print("--store", "fromoption", "get", "k", "-r")).isEqualTo("fromoption\n");
  }

  @Test
  void unknownVariable_isReported_unlessItIsTheServices() {
    kv.environment.put("KVSTORE_STORE", "app");
    kv.environment.put("KVSTORE_SEVRER", "http://hunter2:1");
    kv.environment.put("KVSTORE_MONGODB_URI", "mongodb://h1");
    kv.environment.put("KVSTORE_PORT", "tcp://10.0.0.1:80");

    Kv.Result outcome = kv.run("get", "k", "-r");
    assertThat(outcome.out()).isEqualTo("app\n");
    assertThat(outcome.err())
        .isEqualTo(
            "kv: The environment variable KVSTORE_SEVRER belongs to no option and is ignored;"
                + " did you mean KVSTORE_SERVER?\n");
  }

  @Test
  void everyOption_isOneThatTheServiceDoesNotReport() {
    assertThat(Variables.KV.stream().map(Variables::variable))
        .containsAll(KvMain.variables(Commands.all(kv.session())));
  }

  @Test
  void misspeltKeyOfTheFile_isReportedWithWhatWasMeant() throws IOException {
    Path file = write("stor: app");
    assertThat(kv.run("get", "k").err())
        .contains(file + ", stor: there is no such setting; did you mean store?");
  }

  @Test
  void emptyVariable_isNone() throws IOException {
    write("store: fromfile");
    kv.environment.put("KVSTORE_STORE", " ");
    assertThat(kv.print("get", "k", "-r")).isEqualTo("fromfile\n");
  }

  @Test
  void xdgConfigHome_countsBeforeHome_unlessItIsRelative() throws IOException {
    write("store: fromfile");
    Path other = Files.createDirectories(folder.resolve("xdg/kvstore"));
    Files.writeString(other.resolve("config.yaml"), "store: app\n");
    kv.environment.put("XDG_CONFIG_HOME", folder.resolve("xdg").toString());
    assertThat(kv.print("get", "k", "-r")).isEqualTo("app\n");
    kv.environment.put("XDG_CONFIG_HOME", "xdg");
    assertThat(kv.print("get", "k", "-r")).isEqualTo("fromfile\n");
  }

  @Test
  void servers_areOneOrMore_fromAnywhere() throws IOException {
    URI a = URI.create("http://a:1");
    URI b = URI.create("https://b/kv");
    kv.print("get", "k", "--store", "app");
    assertThat(kv.servers).containsExactly(URI.create("http://127.0.0.1:7070"));
    write("store: app", "server: ['http://a:1', 'https://b/kv']");
    kv.print("get", "k");
    assertThat(kv.servers).containsExactly(a, b);
    kv.environment.put("KVSTORE_SERVER", "https://b/kv, http://a:1");
    kv.print("get", "k");
    assertThat(kv.servers).containsExactly(b, a);
    kv.print("get", "k", "--server", "http://a:1");
    assertThat(kv.servers).containsExactly(a);
    kv.print("get", "k", "--server", "http://a:1", "--server", "https://b/kv");
    assertThat(kv.servers).containsExactly(a, b);
  }

  @Test
  void everyOption_hasAVariable() {
    kv.environment.put("KVSTORE_STORE", "app");
    kv.environment.put("KVSTORE_RAW", "true");
    assertThat(kv.print("get", "k")).isEqualTo("app\n");
    kv.environment.put("KVSTORE_BY", "5");
    assertThat(kv.print("incr", "n")).isEqualTo("5\n");
    kv.environment.put("KVSTORE_RAW", "ja");
    assertThat(kv.run("get", "k").err())
        .startsWith("kv: variable KVSTORE_RAW: Invalid value for option '--raw': 'ja' is not");
  }

  @Test
  void allThatIsWrong_isToldAtOnce_withItsOrigin() throws IOException {
    Path file = write("store: 1x", "colour: red", "timeout: [[]]");
    kv.environment.put("KVSTORE_TIMEOUT", "soon");
    assertThat(kv.run("get", "a//b", "--server", "ftp://x"))
        .isEqualTo(new Kv.Result(2, "", """
            kv: variable KVSTORE_TIMEOUT: Invalid value for option '--timeout': 'soon' must be a duration such as 90s, 1h30m, 7d, PT1H or P1W, with a unit after each number
            kv: %1$s, colour: there is no such setting; there are ca-file, cert, key, server, store, timeout, token, token-file, verbose
            kv: %1$s, timeout: it must be a plain value
            kv: %1$s, store: The store name '1x' must be a letter, then up to 63 letters, digits, '_' and '-'
            kv: option --server: the address of a service looks like http://127.0.0.1:7070
            kv: The key 'a//b' has an empty segment
            Try 'kv --help', or --help after a command.
            """.formatted(file)));
  }

  @Test
  void noStore_saysWhereToGiveIt() {
    assertThat(kv.run("get", "k")).isEqualTo(new Kv.Result(2, "", """
            kv: Which store? Give --store, or set KVSTORE_STORE, or write 'store: NAME' in %s/.config/kvstore/config.yaml; 'kv stores' lists those that there are
            Try 'kv --help', or --help after a command.
            """.formatted(folder)));
  }

  @Test
  void fileThatIsNoYaml_isToldWithTheLine_andNothingOfIt() throws IOException {
    Path file = write("token: hunter2", "store: [app");
    assertThat(kv.run("get", "k", "--store", "app"))
        .isEqualTo(new Kv.Result(2, "", """
            kv: %s:3:1: it is not YAML: expected ',' or ']', but got <stream end>
            Try 'kv --help', or --help after a command.
            """.formatted(file)));
  }

  @Test
  void tokenInAFileThatOthersCanRead_isWarnedAbout() throws IOException {
    Path file = write("store: app", "token: hunter2");
    assertThat(kv.run("get", "k").err()).isEmpty();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThat(kv.run("get", "k"))
        .isEqualTo(new Kv.Result(
            0,
            "\"app\"\n",
            file + " has a token and can be read by others than its owner: chmod 600 it\n"));
    Path token = Files.writeString(folder.resolve("token"), "hunter3\n");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw----r--"));
    write("store: app");
    assertThat(kv.run("get", "k", "--token-file", token.toString()).err())
        .isEqualTo(token + " has a token and can be read by others than its owner: chmod 600 it\n");
  }

  @Test
  void token_ofTheNearestOrigin_counts() throws IOException {
    write("store: app", "token: infile");
    Path token = Files.writeString(folder.resolve("token"), "inowner\n");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
    kv.print("get", "k");
    assertThat(TokenOf.settings(kv.settings)).isEqualTo("infile");
    kv.environment.put("KVSTORE_TOKEN_FILE", token.toString());
    kv.print("get", "k");
    assertThat(TokenOf.settings(kv.settings)).isEqualTo("inowner");
    kv.print("get", "k", "--token", "given");
    assertThat(TokenOf.settings(kv.settings)).isEqualTo("given");
    assertThat(kv.run("get", "k", "--token", "given", "--token-file", "x").err())
        .startsWith("kv: option --token: give either --token or --token-file\n");
  }

  @Test
  void token_isNeverPrinted() {
    kv.environment.put("KVSTORE_STORE", "app");
    kv.environment.put("KVSTORE_TOKEN", "hunter2 is wrong");
    Kv.Result wrong = kv.run("-v", "get", "k");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.out() + wrong.err())
        .startsWith("kv: variable KVSTORE_TOKEN: The token")
        .doesNotContain("hunter2");
    kv.environment.put("KVSTORE_TOKEN", "hunter2");
    Kv.Result absent = kv.run("-v", "get", "absent");
    assertThat(absent.out() + absent.err()).contains("KeyNotFound").doesNotContain("hunter2");
    assertThat(TokenOf.settings(kv.settings)).isEqualTo("hunter2");
  }

  @Test
  void completionAndHelp_needNoConfiguration() throws IOException {
    write("store: [");
    assertThat(kv.run("completion", "bash").code()).isZero();
    assertThat(kv.run("get", "--help").code()).isZero();
  }
}
