package dev.kvstore.http.command;

import dev.kvstore.KVException;
import dev.kvstore.http.auth.TokenStorage;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command on the tokens of a service, which may or may not be running. */
@Command(
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    usageHelpWidth = 100,
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
abstract class TokenAction implements CheckedCommand {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(50);

  // Set by picocli before anything is called.
  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec spec;

  @SuppressWarnings("UnusedVariable") // SettingSources reads it through picocli
  @Mixin
  private ConfigFileOption configFile = new ConfigFileOption();

  @Mixin
  private DatabaseOptions database = new DatabaseOptions();

  @Override
  public void check(Faults faults) {
    database.check(faults);
  }

  @Override
  public final Integer call() {
    return database.backend().withTokens(this::run) ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  final void print(String line) {
    spec.commandLine().getOut().println(line);
  }

  /** Prints a note for the caller, separate from the output. */
  final void note(String line) {
    spec.commandLine().getErr().println(line);
  }

  /** Runs the command. Returns true on success. */
  abstract boolean run(TokenStorage tokens);

  /** Waits until the running services use the current tokens, and returns a sentence about them. */
  static String acknowledgement(TokenStorage tokens) {
    try {
      return awaitAll(tokens);
    } catch (KVException e) {
      return "Whether running services know it could not be seen: " + e.getMessage();
    }
  }

  private static String awaitAll(TokenStorage tokens) {
    long start = System.nanoTime();
    while (true) {
      String now = tokens.load().fingerprint();
      List<String> acknowledged = tokens.acknowledged();
      long behind = acknowledged.stream().filter(seen -> !seen.equals(now)).count();
      if (acknowledged.isEmpty()) {
        return tokens.unseen();
      }
      if (behind == 0) {
        return "Acknowledged by " + services(acknowledged.size());
      }
      if (System.nanoTime() - start > PATIENCE.toNanos() || !pause()) {
        return "Not acknowledged within " + PATIENCE.toSeconds() + " seconds by " + behind + " of "
            + services(acknowledged.size()) + ": check that they run and can read the tokens";
      }
    }
  }

  private static String services(int count) {
    return count + (count == 1 ? " running service" : " running services");
  }

  private static boolean pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
