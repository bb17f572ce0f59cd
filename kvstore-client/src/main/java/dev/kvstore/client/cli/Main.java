package dev.kvstore.client.cli;

import dev.kvstore.KVException;
import dev.kvstore.config.Variables;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command line {@code kv}. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    // Nobody has asked for a log, and without a place for it SLF4J would say so with each command.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    Output out = new Output(new FileOutputStream(FileDescriptor.out));
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
    int code = run(arguments, System.getenv(), console, Stores.OVER_HTTP, interrupt);
    console.out().flush();
    System.exit(out.exitCode(code, console.err()));
  }

  /** Java puts U+FFFD where an argument is not in the encoding of the locale. */
  private static boolean isGarbled(String[] arguments) {
    return !"UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding"))
        && Arrays.stream(arguments).anyMatch(argument -> argument.indexOf('\uFFFD') >= 0);
  }

  /** Returns the exit code, see {@link ExitCodes}. */
  static int run(
      String[] arguments,
      Map<String, String> environment,
      Console console,
      Stores stores,
      Interrupt interrupt) {
    Connection connection = new Connection();
    Session session = new Session(console, stores, connection, environment, interrupt);
    CommandLine commandLine = commandLine(session);
    Sources sources = new Sources(environment, ConfigFile.of(environment, settings(commandLine)));
    commandLine.setDefaultValueProvider(sources);
    Variables variables = Variables.of(environment, variables(commandLine), Variables.SERVICE);
    commandLine.setExecutionStrategy(parsed -> execute(parsed, session, sources, variables));
    try {
      return commandLine.execute(arguments);
    } catch (Error e) {
      // Such as OutOfMemoryError, which picocli leaves to the JVM: that would end with 1.
      return failure(e, session);
    }
  }

  static CommandLine commandLine(Session session) {
    CommandLine commandLine = new CommandLine(new KvCommand(session.connection()));
    for (Action action : List.of(
        new GetCommand(session),
        new SetCommand(session),
        new DefaultCommand(session),
        new DeleteCommand(session),
        new ListCommand(session),
        new WatchCommand(session),
        new IncrCommand(session),
        new EditCommand(session),
        new ExportCommand(session),
        new ImportCommand(session),
        new DiffCommand(session),
        new StoresCommand(session),
        new CompletionCommand(session))) {
      commandLine.addSubcommand(action);
    }
    commandLine
        .addSubcommand(new CommandLine.HelpCommand())
        .setOut(session.console().out())
        .setErr(session.console().err())
        .setColorScheme(CommandLine.Help.defaultColorScheme(session.console().ansi()))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(
            (error, arguments) -> usageError(session, List.of(error.getMessage())))
        .setExecutionExceptionHandler((error, command, parsed) -> failure(error, session));
    collectErrors(commandLine);
    return commandLine;
  }

  /** Makes the parser go on after an error, so that the result of parsing has them all. */
  private static void collectErrors(CommandLine commandLine) {
    commandLine.getCommandSpec().parser().collectErrors(true);
    commandLine.getSubcommands().values().forEach(Main::collectErrors);
  }

  /** Returns the names of the options that a configuration file may set. */
  private static Set<String> settings(CommandLine commandLine) {
    Set<String> names = new TreeSet<>();
    for (OptionSpec option : commandLine.getCommandSpec().options()) {
      if (!option.usageHelp() && !option.versionHelp()) {
        names.add(option.longestName().substring(2));
      }
    }
    return names;
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
    ParseResult last = parsed;
    while (last.subcommand() != null) {
      last = last.subcommand();
    }
    CommandSpec command = last.commandSpec();
    variables.unknown().forEach(message -> session.console().note("kv: " + message));
    Faults faults = new Faults(command, parsed, sources);
    faults.addParseErrors();
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
      error.printStackTrace(session.console().err());
    }
    if (error instanceof CliException known) {
      session.console().note("kv: " + known.getMessage());
      return known.exitCode();
    }
    if (error instanceof KVException known) {
      session.console().note("kv: " + Advice.message(known, session.connection()));
      return ExitCodes.of(known.code());
    }
    session.console().note("kv: " + error + " (this should not happen; -v tells more)");
    return ExitCodes.INTERNAL;
  }
}
