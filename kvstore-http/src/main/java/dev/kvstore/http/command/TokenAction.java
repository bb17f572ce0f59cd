package dev.kvstore.http.command;

import dev.kvstore.http.auth.TokenStorage;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that does something with the tokens of a service, whether or not that is running. */
@Command(
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    usageHelpWidth = 100,
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
abstract class TokenAction implements CheckedCommand {
  // Set by picocli before anything is called.
  @SuppressWarnings("NullAway.Init")
  @Spec
  protected CommandSpec spec;

  @SuppressWarnings("UnusedVariable") // Who reads the sources asks picocli for it.
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

  /** Tells whether it could be done. */
  abstract boolean run(TokenStorage tokens);
}
