package dev.kvstore.cli;

import dev.kvstore.InvalidSnapshotException;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVException;
import dev.kvstore.cli.commands.Action;
import dev.kvstore.cli.commands.Commands;
import dev.kvstore.cli.options.Connection;
import dev.kvstore.cli.options.Session;
import dev.kvstore.cli.options.Sources;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.options.UserConfigFile;
import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.cli.terminal.Console;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.Interrupt;
import dev.kvstore.cli.terminal.LocalFiles;
import dev.kvstore.cli.terminal.SystemTerminals;
import dev.kvstore.client.HttpKVDatabase;
import dev.kvstore.client.HttpSettings;
import dev.kvstore.internal.config.CommandErrors;
import dev.kvstore.internal.config.SettingNames;
import dev.kvstore.internal.config.Variables;
import dev.kvstore.internal.files.StandardOutput;
import dev.kvstore.internal.support.Texts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

public final class KvMain {
  private KvMain() {}

  public static void main(String[] arguments) {
    // There is no log, and without a provider SLF4J would print a warning with each command.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    StandardOutput out = new StandardOutput();
    Console console = new Console(
        System.in,
        new PrintWriter(out, false, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
        new SystemTerminals(),
        Ansi.AUTO,
        Clock.system(ZoneId.systemDefault()));
    if (isGarbled(arguments)) {
      console.note(
          "kv: An argument has characters that this locale does not have; try" + " LC_ALL=C.UTF-8");
      System.exit(ExitCodes.USAGE);
    }
    Interrupt interrupt = new Interrupt();
    interrupt.install();
    int code = run(arguments, System.getenv(), console, HttpKVDatabase::open, interrupt);
    console.out().flush();
    System.exit(exitCode(code, out, console.err()));
  }

  /** Returns the exit code of the program, which is a failure if output was lost. */
  static int exitCode(int code, StandardOutput out, PrintWriter err) {
    String loss = out.loss();
    if (loss == null) {
      return code;
    }
    err.println("kv: " + loss);
    // A 1 is a result, which was lost; other errors are more specific.
    return code == ExitCodes.OK || code == ExitCodes.DIFFERENT ? ExitCodes.INTERNAL : code;
  }

  /**
   * Returns true if an argument has U+FFFD, which Java substitutes for bytes that are invalid in
   * the locale's encoding.
   */
  private static boolean isGarbled(String[] arguments) {
    return !"UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding"))
        && Arrays.stream(arguments).anyMatch(argument -> argument.indexOf('\uFFFD') >= 0);
  }

  /** Runs the command line and returns the exit code, see {@link ExitCodes}. */
  static int run(
      String[] arguments,
      Map<String, String> environment,
      Console console,
      BiFunction<List<URI>, HttpSettings, KVDatabase> databases,
      Interrupt interrupt) {
    Connection connection = new Connection();
    Session session = new Session(console, databases, connection, environment, interrupt);
    CommandLine commandLine = set(Commands.meant(session, arguments), session);
    Sources sources =
        new Sources(environment, UserConfigFile.of(environment, settings(commandLine)));
    commandLine.setDefaultValueProvider(sources);
    Variables variables = variables(environment, commandLine, session);
    commandLine.setExecutionStrategy(parsed -> execute(parsed, session, sources, variables));
    try {
      return commandLine.execute(arguments);
    } catch (Error e) {
      // Such as OutOfMemoryError, which picocli leaves to the JVM, which would exit with 1.
      return failure(e, session);
    }
  }

  private static CommandLine set(CommandLine commandLine, Session session) {
    commandLine
        .setOut(session.console().out())
        .setErr(session.console().err())
        .setColorScheme(CommandLine.Help.defaultColorScheme(session.console().ansi()))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(
            (error, arguments) -> usageError(session, List.of(error.getMessage())))
        .setExecutionExceptionHandler((error, command, parsed) -> failure(error, session));
    CommandErrors.collectAll(commandLine);
    return commandLine;
  }

  /** Returns the names of the options that a configuration file may set. */
  private static Set<String> settings(CommandLine commandLine) {
    return SettingNames.options(commandLine.getCommandSpec()).stream()
        .map(SettingNames::of)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Variables variables(
      Map<String, String> environment, CommandLine commandLine, Session session) {
    Variables variables = Variables.of(environment, variables(commandLine), Variables.SERVICE);
    // A variable that this command does not know may belong to another one.
    return variables.unknown().isEmpty()
        ? variables
        : Variables.of(environment, variables(Commands.all(session)), Variables.SERVICE);
  }

  /** Returns the variables of all options of all commands. */
  static Set<String> variables(CommandLine commandLine) {
    Set<String> variables = new TreeSet<>();
    settings(commandLine).forEach(name -> variables.add(Variables.variable(name)));
    commandLine.getSubcommands().values().forEach(command -> variables.addAll(variables(command)));
    return variables;
  }

  private static int execute(
      ParseResult parsed, Session session, Sources sources, Variables variables) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    CommandSpec command = CommandErrors.last(parsed).commandSpec();
    variables.unknown().forEach(message -> session.console().note("kv: " + message));
    UsageErrors faults = new UsageErrors(command, parsed, sources);
    if (command.userObject() instanceof Action action) {
      action.check(faults);
    } else if (faults.messages().isEmpty()) {
      command.commandLine().usage(session.console().err());
      return ExitCodes.USAGE;
    }
    if (!faults.messages().isEmpty()) {
      return usageError(session, faults.messages());
    }
    faults.warnings().forEach(session.console()::note);
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int usageError(Session session, List<String> messages) {
    messages.forEach(message -> session.console().note("kv: " + message));
    session.console().note("Try 'kv --help', or --help after a command.");
    return ExitCodes.USAGE;
  }

  private static int failure(Throwable error, Session session) {
    if (session.connection().isVerbose()) {
      StringWriter trace = new StringWriter();
      error.printStackTrace(new PrintWriter(trace));
      session.console().err().print(Texts.visible(trace.toString()));
    }
    if (error instanceof CliException known) {
      known.messages().forEach(message -> session.console().note("kv: " + message));
      return known.exitCode();
    }
    if (error instanceof InvalidSnapshotException invalid) {
      String.valueOf(invalid.getMessage())
          .lines()
          .forEach(message -> session.console().note("kv: " + message));
      return ExitCodes.USAGE;
    }
    if (error instanceof IOException || error instanceof UncheckedIOException) {
      IOException cause = error instanceof UncheckedIOException unchecked
          ? Objects.requireNonNull(unchecked.getCause())
          : (IOException) error;
      session.console().note("kv: reading or writing failed: " + LocalFiles.reason(cause));
      return ExitCodes.INTERNAL;
    }
    if (error instanceof KVException known) {
      session.console().note("kv: " + Advice.message(known, session.connection()));
      return ExitCodes.of(known.code());
    }
    session.console().note("kv: " + error + " (this should not happen; -v tells more)");
    return ExitCodes.INTERNAL;
  }
}
