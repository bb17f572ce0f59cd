package dev.kvstore.http.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Main;
import dev.kvstore.http.config.SettingSources;
import dev.kvstore.internal.config.SettingNames;
import dev.kvstore.internal.config.Variables;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Tests options, variables and the file with the command that prints the resulting settings. */
class ConfigurationTest {
  @TempDir
  private Path folder;

  private Path file;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void nameFile() {
    file = folder.resolve("kvstore.yaml");
  }

  private int run(Map<String, String> environment, String... arguments) {
    return Main.run(arguments, environment, new PrintWriter(out, true), new PrintWriter(err, true));
  }

  private int config(String yaml) throws IOException {
    Files.writeString(file, yaml);
    return run(Map.of("KVSTORE_CONFIG", file.toString()), "config");
  }

  /** Returns the printed line of a setting, with single spaces. */
  private String line(String name) {
    return out.toString()
        .lines()
        .map(line -> line.replaceAll(" +", " "))
        .filter(line -> line.startsWith(name + " "))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void config_tellsEachValueAndItsOrigin() throws IOException {
    Files.writeString(file, "# of the team\nport: 1\ntimeout: 1s\nmax-value-bytes: 10kB\n");

    assertThat(run(
            Map.of("KVSTORE_PORT", "2", "KVSTORE_TIMEOUT", "PT2S", "KVSTORE_DATA", " "),
            "config",
            "--config=" + file,
            "--port",
            "3"))
        .isZero();
    assertThat(line("port")).isEqualTo("port 3 option --port");
    assertThat(line("timeout")).isEqualTo("timeout PT2S variable KVSTORE_TIMEOUT");
    assertThat(line("max-value-bytes")).isEqualTo("max-value-bytes 10kB " + file + ":4");
    assertThat(line("host")).isEqualTo("host 127.0.0.1 default");
    assertThat(line("data")).isEqualTo("data kvstore-data default");
    assertThat(line("database")).isEqualTo("database (none) default");
    assertThat(line("config")).isEqualTo("config " + file + " option --config");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void groupedNames_areJoined() throws IOException {
    assertThat(config("max:\n  value-bytes: 10\n  body:\n    bytes: 20\n")).isZero();
    assertThat(line("max-value-bytes")).isEqualTo("max-value-bytes 10B " + file + ":2");
    assertThat(line("max-body-bytes")).isEqualTo("max-body-bytes 20B " + file + ":4");
  }

  @Test
  void history_isOnUnlessItIsTurnedOff() throws IOException {
    assertThat(config("history: off\nhistory-retention: 30d\nhistory-revisions: 5\n"))
        .isZero();
    assertThat(line("history")).isEqualTo("history off " + file + ":1");
    assertThat(line("history-retention")).startsWith("history-retention PT720H ");
    assertThat(run(Map.of(), "config")).isZero();
    assertThat(out.toString()).containsPattern("history +on +default");
    for (String wrong :
        new String[] {"--history=maybe", "--history-retention=1ms", "--history-revisions=-1"}) {
      assertThat(run(Map.of(), wrong)).isEqualTo(2);
    }
  }

  @Test
  void lists_areTakenFromAllSources() throws IOException {
    assertThat(config("cors-origins: ['https://a.example', 'http://b.example:81']\n"))
        .isZero();
    assertThat(line("cors-origins"))
        .isEqualTo("cors-origins https://a.example,http://b.example:81 " + file + ":1");
    assertThat(run(Map.of("KVSTORE_TRUSTED_PROXIES", "10.0.0.0/8,::1"), "config"))
        .isZero();
    assertThat(out.toString()).contains("10.0.0.0/8,::1");
    assertThat(run(Map.of(), "--cors-origins=https://a.example,*", "--trusted-proxies=lb.example"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("'--cors-origins': '*'", "'--trusted-proxies': 'lb.example'");
  }

  @Test
  void emptyFile_saysNothing() throws IOException {
    assertThat(config("# nothing\n")).isZero();
    assertThat(config("port:\n")).isZero();
    assertThat(line("port")).isEqualTo("port 7070 default");
  }

  @Test
  void everyFault_isTold_andWhereItIs() throws IOException {
    Files.writeString(file, "prot: 1\nmax-body-bytes: 0\ntimeout: 5\nmongodb: 'nonsense'\n");

    assertThat(run(
            Map.of("KVSTORE_MAX_VALUE_BYTES", "1M", "KVSTORE_DATABASE", "a b"),
            "--port=x",
            "--host=nowhere.invalid",
            "--hots=y",
            "--config=" + file))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "Invalid value for option '--port': 'x'",
            "Unknown option: '--hots=y'",
            file + ":1: there is no setting 'prot', did you mean 'port'?",
            file + ":2: Invalid value for option '--max-body-bytes': '0'",
            file + ":3: Invalid value for option '--timeout'",
            file + ":4: The connection string of MongoDB is not valid",
            "The environment variable KVSTORE_MAX_VALUE_BYTES: Invalid value",
            "The environment variable KVSTORE_DATABASE: The database name must",
            "Invalid value for option '--host': 'nowhere.invalid'")
        .hasLineCount(10);
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tiemout: PT1S|:1: there is no setting 'tiemout', did you mean 'timeout'?",
        "max:\\n  bodybytes: 1|:2: there is no setting 'max-bodybytes', did you mean 'max-body-bytes'?",
        "config: x|:1: there is no setting 'config'",
        "help: true|:1: there is no setting 'help'",
        "port: 1\\nport: 2|:2: 'port' was set in line 1 already",
        "port: [1, {a: b}]|:1: 'port' must have a plain value",
        "port: {a: b}|:1: 'port' must have a plain value",
        "host: &a x\\ndata: *a|:2: 'data' must have a plain value",
        "data: [a, 'b,c']|:1: an item of 'data' has a comma",
        "- port|:1: the file must hold settings of the form 'name: value'",
        "port|:1: the file must hold settings of the form 'name: value'",
        "port: 1\\n---\\nport: 2|:3: the file must hold a single YAML document",
        "port: 1\\n  host: hunter2|:2: this is not valid YAML",
        "port: '1|:1: this is not valid YAML"
      })
  void wrongFile_isNamedWithItsLine(String yaml, String message) throws IOException {
    assertThat(config(yaml.replace("\\n", "\n"))).isEqualTo(2);
    assertThat(err.toString()).startsWith(file + message).doesNotContain("hunter2");
  }

  @Test
  @Timeout(20)
  void pipe_isRefused() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();

    assertThat(run(Map.of(), "config", "--config=" + file)).isEqualTo(2);
    assertThat(err.toString()).contains(file.toString());
  }

  @Test
  void keyLikeNoOther_isNamedWithoutAGuess() throws IOException {
    assertThat(config("zebra: 1\n")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith(file + ":1: there is no setting 'zebra'; the command 'config' lists")
        .doesNotContain("did you mean");
  }

  @Test
  void unknownVariable_isReported_withWhatWasMeant() {
    assertThat(run(
            Map.of("KVSTORE_MONGODB", "mongodb://root:hunter2@h1", "KVSTORE_SERVER", "http://x"),
            "config"))
        .isZero();
    assertThat(err.toString())
        .isEqualToIgnoringNewLines("The environment variable KVSTORE_MONGODB belongs to no option"
            + " and is ignored; did you mean KVSTORE_MONGODB_URI?");
    assertThat(run(Map.of("KVSTORE_MONGODB", "x", "KVSTORE_DATABASE", "y"), "config"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("it needs --mongodb").hasLineCount(4);
  }

  @Test
  void portThatKubernetesSets_isNoSetting() {
    assertThat(run(Map.of("KVSTORE_PORT", "tcp://10.0.0.1:80"), "config")).isZero();
    assertThat(line("port")).isEqualTo("port 7070 default");
  }

  @Test
  void everyOption_isOneThatKvDoesNotReport() {
    assertThat(Variables.SERVICE)
        .containsAll(SettingNames.options(
                new CommandLine(new ServeCommand(SettingSources.none().variables()))
                    .getCommandSpec())
            .stream()
            .map(option -> option.longestName().substring(2))
            .toList());
  }

  @Test
  void fileThatIsNotThere_isNamed() {
    assertThat(run(Map.of(), "config", "--config=" + file)).isEqualTo(2);
    assertThat(run(Map.of(), "--config=" + folder)).isEqualTo(2);
    assertThat(err.toString())
        .contains(file + ": there is no such file", folder + ": the file cannot be read");
  }

  @ParameterizedTest
  @CsvSource({
    "mongodb://root:hunter2@h1/app, mongodb://root:***@h1/app",
    "mongodb://ro@ot:hunter2@hun/ter2@h1, mongodb://ro@ot:***@h1",
    "mongodb+srv://h1/?proxyUsername=u&proxyPassword=hunter2&w=1,"
        + " mongodb+srv://h1/?proxyUsername=u&proxyPassword=***&w=1",
    "mongodb://user@h1/?authMechanismProperties=AWS_SESSION_TOKEN:hunter2,"
        + " mongodb://user@h1/?authMechanismProperties=***",
    "root:hunter2@h1, ***"
  })
  void connectionString_isShownWithoutSecrets(String uri, String shown) {
    assertThat(Secrets.mask(uri)).isEqualTo(shown);
  }

  @Test
  void config_masksThePassword() {
    assertThat(run(Map.of("KVSTORE_MONGODB_URI", "mongodb://root:hunter2@h1/app"), "config"))
        .isZero();
    assertThat(line("mongodb"))
        .isEqualTo("mongodb mongodb://root:***@h1/app variable KVSTORE_MONGODB_URI");
    assertThat(out.toString()).doesNotContain("hunter2");
  }

  @Test
  void optionBeforeTheCommand_isRefused() {
    assertThat(run(Map.of(), "--port=1", "config")).isEqualTo(2);
    assertThat(err.toString()).startsWith("Option '--port' must stand after the command 'config'");
  }

  @Test
  void help_ofConfig_isPrinted_whateverTheSettings() {
    assertThat(run(Map.of("KVSTORE_PORT", "x", "KVSTORE_CONFIG", "nowhere"), "config", "--help"))
        .isZero();
    assertThat(out.toString()).contains("config [options]", "--timeout");
  }
}
