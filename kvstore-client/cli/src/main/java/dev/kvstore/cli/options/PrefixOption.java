package dev.kvstore.cli.options;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The option for the prefix of keys. */
public class PrefixOption {
  @Option(names = "--prefix", paramLabel = "PREFIX", description = "Only keys with this prefix.")
  private @Nullable String prefix;

  /** Returns the prefix; empty for all keys if none is given. */
  public String value() {
    return prefix == null ? "" : prefix;
  }

  /**
   * Returns true if a prefix was given explicitly; one from an environment variable does not count.
   */
  public final boolean isGiven(UsageErrors faults) {
    return faults.isGiven("--prefix");
  }

  /** Like {@link PrefixOption}, for a command that also takes the prefix as an argument. */
  public static final class OrArgument extends PrefixOption {
    @Parameters(
        arity = "0..1",
        paramLabel = "PREFIX",
        description = "What the keys begin with; all keys by default.")
    private @Nullable String argument;

    public void check(UsageErrors faults) {
      if (argument != null && isGiven(faults)) {
        faults.add("Give only one of PREFIX, --prefix");
      }
    }

    /** Returns true if the argument is given, or the option as {@link #isGiven} demands. */
    public boolean isChosen(UsageErrors faults) {
      return argument != null || isGiven(faults);
    }

    @Override
    public String value() {
      return argument == null ? super.value() : argument;
    }
  }
}
