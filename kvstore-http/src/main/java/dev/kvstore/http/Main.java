package dev.kvstore.http;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.http.command.BackupCommand;
import dev.kvstore.http.command.CheckedCommand;
import dev.kvstore.http.command.ConfigCommand;
import dev.kvstore.http.command.Converters;
import dev.kvstore.http.command.Faults;
import dev.kvstore.http.command.RestoreCommand;
import dev.kvstore.http.command.ServeCommand;
import dev.kvstore.http.command.TokensCommand;
import dev.kvstore.http.config.SettingSources;
import dev.kvstore.internal.config.CommandErrors;
import dev.kvstore.internal.files.StandardOutput;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The main class of the service. */
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  public static void main(String[] arguments) {
    StandardOutput output = new StandardOutput();
    PrintWriter out = new PrintWriter(output, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = run(arguments, System.getenv(), out, err);
    out.flush();
    System.exit(exitCode(code, output, err));
  }

  /** Returns the exit code of the program, which is a failure if output was lost. */
  public static int exitCode(int code, StandardOutput output, PrintWriter err) {
    String loss = output.loss();
    if (loss == null) {
      return code;
    }
    err.println("kvstore: " + loss);
    return code == CommandLine.ExitCode.OK ? CommandLine.ExitCode.SOFTWARE : code;
  }

  /**
   * Runs the command line and returns the exit code: 0 for success, 1 for a failure, 2 for errors
   * in the command line, the environment or the configuration file.
   */
  public static int run(
      String[] arguments, Map<String, String> environment, PrintWriter out, PrintWriter err) {
    SettingSources sources =
        SettingSources.read(commandLine(SettingSources.none()), arguments, environment);
    CommandLine commandLine = commandLine(sources)
        .setOut(out)
        .setErr(err)
        .setExecutionStrategy(parsed -> execute(parsed, sources))
        .setParameterExceptionHandler((exception, ignored) -> usageError(exception, sources))
        .setExecutionExceptionHandler((exception, command, ignored) -> failure(exception, command));
    CommandErrors.collectAll(commandLine);
    return commandLine.execute(sources.arguments());
  }

  private static CommandLine commandLine(SettingSources sources) {
    return Converters.addTo(new CommandLine(new ServeCommand(sources.variables()))
        .addSubcommand(new ConfigCommand(sources))
        .addSubcommand(new TokensCommand())
        .addSubcommand(new BackupCommand())
        .addSubcommand(new RestoreCommand())
        .setCaseInsensitiveEnumValuesAllowed(true));
  }

  private static int execute(ParseResult parsed, SettingSources sources) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    CommandSpec command = CommandErrors.last(parsed).commandSpec();
    Faults faults = new Faults(command, sources);
    faults.addParseErrors(parsed);
    if (command.userObject() instanceof CheckedCommand checked) {
      checked.check(faults);
    }
    PrintWriter err = command.commandLine().getErr();
    if (!faults.messages().isEmpty()) {
      // A misspelled variable may be the reason.
      sources.variables().unknown().forEach(err::println);
      return usageError(err, faults.messages());
    }
    if (!(command.userObject() instanceof ServeCommand)) {
      // The service logs them instead.
      sources.variables().unknown().forEach(err::println);
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int usageError(ParameterException exception, SettingSources sources) {
    CommandLine command = exception.getCommandLine();
    Faults faults = new Faults(command.getCommandSpec(), sources);
    return usageError(command.getErr(), List.of(faults.message(exception)));
  }

  private static int usageError(PrintWriter err, List<String> messages) {
    messages.forEach(err::println);
    err.println("Try --help for what there is.");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failure(Exception exception, CommandLine command) {
    PrintWriter err = command.getErr();
    boolean expected =
        exception instanceof KVException || exception instanceof UncheckedIOException;
    if (expected) {
      err.println(exception.getMessage());
    }
    if (!expected || (exception instanceof KVException kv && kv.code() == ErrorCode.INTERNAL)) {
      LOG.error("The service failed", exception);
    }
    return CommandLine.ExitCode.SOFTWARE;
  }
}
