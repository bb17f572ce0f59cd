package dev.kvstore.http;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** The command line of the service. */
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(arguments, System.getenv(), out, err));
  }

  /**
   * Returns the exit code: 0 for success, 1 for a failure, 2 where the command line or environment
   * is wrong.
   */
  static int run(
      String[] arguments, Map<String, String> environment, PrintWriter out, PrintWriter err) {
    EnvironmentDefaults defaults = new EnvironmentDefaults(environment);
    return new CommandLine(new ServeCommand())
        .setOut(out)
        .setErr(err)
        .setDefaultValueProvider(defaults)
        .setParameterExceptionHandler(
            (exception, ignored) -> usageError(exception, arguments, defaults))
        .setExecutionExceptionHandler((exception, command, ignored) -> failure(exception, command))
        .execute(arguments);
  }

  private static int usageError(
      CommandLine.ParameterException exception, String[] arguments, EnvironmentDefaults defaults) {
    CommandLine command = exception.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(defaults.culprit(exception, arguments) + exception.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(exception, err);
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
