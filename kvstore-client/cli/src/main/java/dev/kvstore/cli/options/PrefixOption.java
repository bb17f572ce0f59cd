package dev.kvstore.cli.options;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which keys a command is about: those that begin with a prefix. */
public class PrefixOption {
  @Option(names = "--prefix", paramLabel = "PREFIX", description = "Only keys with this prefix.")
  private @Nullable String prefix;

  /** Returns the prefix; the empty one, with which all keys begin, if none is given. */
  public String value() {
    return prefix == null ? "" : prefix;
  }

  /**
   * Returns true if there is a prefix that counts as much as an argument: one of a variable does
   * not.
   */
  public final boolean isGiven(UsageErrors faults) {
    return faults.isGiven("--prefix");
  }

  /** The same for a command that takes the prefix as its argument, too. */
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
