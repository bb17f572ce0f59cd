package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.cli.terminal.Console;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.Interrupt;
import dev.kvstore.cli.terminal.SystemTerminals;
import dev.kvstore.client.HttpSettings;
import dev.kvstore.internal.files.StandardOutput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Help.Ansi;

class HelpAndErrorsTest extends KvTest {
  static Stream<String> commands() {
    return Stream.of(
        "get",
        "set",
        "default",
        "delete",
        "list",
        "find",
        "apply",
        "watch",
        "incr",
        "edit",
        "export",
        "import",
        "copy",
        "diff",
        "stores",
        "completion");
  }

  @Test
  void help_namesCommands_variables_andExitCodes() {
    String help = kv.print("--help");
    commands().forEach(command -> assertThat(help).containsPattern("\n  " + command + "[ ,]"));
    assertThat(help)
        .contains("Usage: kv [OPTIONS] [COMMAND]", "KVSTORE_SERVER", "config.yaml", "Exit codes: 0")
        .contains("Others on this machine can read your command");
    assertThat(help.lines()).allMatch(line -> line.length() <= 100);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpOfACommand_hasExamples(String command) {
    String help = kv.print(command, "--help");
    assertThat(help).contains("Usage: kv " + command, "\nExamples:\n  ", "kv " + command);
    assertThat(help.lines()).allMatch(line -> line.length() <= 100);
    assertThat(kv.print("help", command)).isEqualTo(help);
  }

  @Test
  void noCommand_showsTheHelp_andEndsWith2() {
    Kv.Result result = kv.run();
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("Usage: kv");
    assertThat(result.out()).isEmpty();
  }

  @Test
  void wrongCommand_suggestsOthers() {
    assertThat(kv.run("lst")).isEqualTo(new Kv.Result(2, "", """
            kv: Unmatched argument at index 0: 'lst'. Did you mean ls or list or stores?
            Try 'kv --help', or --help after a command.
            """));
    assertThat(kv.run("get", "k", "--timeot").err())
        .startsWith("kv: Unknown option: '--timeot'. Did you mean --timeout?\n");
  }

  @Test
  void completion_isForBashAndZsh() {
    String script = kv.print("completion", "bash");
    assertThat(script).contains("complete -F _complete_kv", "bashcompinit", "--if-absent");
    assertThat(kv.print("completion", "zsh")).isEqualTo(script);
    assertThat(kv.run("completion", "fish").err())
        .startsWith("kv: There is a script for bash and for zsh, and none for 'fish'\n");
  }

  /** Runs the command on a service that always responds with an error. */
  private Kv.Result fail(KVException failure, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Console console = new Console(
        new ByteArrayInputStream(new byte[0]),
        new PrintWriter(out),
        new PrintWriter(err),
        new SystemTerminals(),
        Ansi.OFF,
        Clock.systemUTC());
    BiFunction<List<URI>, HttpSettings, KVDatabase> failing = (servers, settings) -> {
      throw failure;
    };
    int code = KvMain.run(arguments, kv.environment, console, failing, new Interrupt());
    return new Kv.Result(code, out.toString(), err.toString());
  }

  @Test
  void errors_areOneLine_withWhatToDo() {
    assertThat(
            fail(new UnavailableException("GET x failed:\nno connection\u001B[1m", null), "stores"))
        .isEqualTo(new Kv.Result(4, "", "kv: GET x failed: no connection\uFFFD[1m\n"));
    assertThat(fail(new KVException(ErrorCode.UNAUTHENTICATED, "Who?"), "stores"))
        .isEqualTo(new Kv.Result(
            5,
            "",
            "kv: Who?; give a token: --token-file, KVSTORE_TOKEN or the configuration file\n"));
    assertThat(fail(new KVException(ErrorCode.FORBIDDEN, "No"), "stores").code())
        .isEqualTo(5);
    assertThat(fail(new OutcomeUnknownException("Lost", null), "stores"))
        .isEqualTo(new Kv.Result(6, "", "kv: Lost; 'kv get' shows what is there now\n"));
  }

  @Test
  void tokenThatIsRefused_isNamedByItsOrigin() {
    KVException refused = new KVException(ErrorCode.UNAUTHENTICATED, "The token is not known");
    kv.environment.put("KVSTORE_TOKEN", "kvs_old");
    assertThat(fail(refused, "stores").err())
        .isEqualTo("kv: The token is not known; it comes from variable KVSTORE_TOKEN: if the"
            + " service has no tokens, leave it out there\n");
    assertThat(fail(refused, "stores", "--token", "kvs_old").err())
        .contains("it comes from option --token:");
  }

  @Test
  void verbose_tellsMore() {
    UnavailableException failure = new UnavailableException("Away", new IOException("cause"));
    assertThat(fail(failure, "stores", "-v").err())
        .contains("UnavailableException: Away", "Caused by: java.io.IOException: cause")
        .endsWith("kv: Away\n");
    assertThat(fail(failure, "-v", "stores")).isEqualTo(fail(failure, "stores", "-v"));
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyError_hasAnExitCode_thatTheHelpNames(ErrorCode code) {
    assertThat(Arrays.asList(1, 2, 3, 4, 5, 6, 70)).contains(ExitCodes.of(code));
    assertThat(kv.print("--help")).contains(" " + ExitCodes.of(code) + " ");
  }

  @Test
  void lostOutput_isNoSuccess_unlessNobodyReadsIt() throws IOException {
    assertThat(exitCode("No space left on device")).isEqualTo(70);
    assertThat(exitCode("Broken pipe")).isZero();
    StandardOutput fine = new StandardOutput(new ByteArrayOutputStream());
    fine.write(1);
    assertThat(KvMain.exitCode(3, fine, new PrintWriter(new StringWriter()))).isEqualTo(3);
  }

  private static int exitCode(String problem) {
    StandardOutput output = new StandardOutput(new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(problem);
      }
    });
    PrintWriter writer = new PrintWriter(output, true, StandardCharsets.UTF_8);
    writer.println("x");
    return KvMain.exitCode(0, output, new PrintWriter(new StringWriter()));
  }
}
