package dev.kvstore.cli.options;

import dev.kvstore.internal.config.SettingNames;
import dev.kvstore.internal.config.Variables;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Supplies options that were not given from the environment and the configuration file. The
 * variable of an option is {@code KVSTORE_} and its name in upper case; an empty variable counts as
 * unset.
 */
public final class Sources implements IDefaultValueProvider {
  private final Map<String, String> environment;
  private final UserConfigFile file;

  /** A value and its origin. The value with the lower rank has precedence. */
  record Setting(String value, int rank, String origin) {}

  /** The rank of an option on the command line. */
  static final int GIVEN = 0;

  private static final int VARIABLE = 1;
  private static final int FILE = 2;

  /** The rank of a built-in default. */
  private static final int BUILT_IN = 3;

  public Sources(Map<String, String> environment, UserConfigFile file) {
    this.environment = environment;
    this.file = file;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    Setting setting = setting(argument);
    return setting == null ? null : setting.value();
  }

  private @Nullable Setting setting(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    String name = SettingNames.of(option);
    String variable = Variables.variable(name);
    String value = Variables.value(environment, variable);
    if (value != null && !isOfTheService(option, name)) {
      return new Setting(value, VARIABLE, "variable " + variable);
    }
    String inFile = file.value(name);
    return inFile == null ? null : new Setting(inFile, FILE, file.path() + ", " + name);
  }

  /** A switch such as {@code --history} is nothing that the service's option of that name sets. */
  private static boolean isOfTheService(OptionSpec option, String name) {
    return option.arity().max() == 0 && Variables.SERVICE.contains(name);
  }

  /** Returns the current value of the option and its origin. */
  Setting of(ParseResult parsed, OptionSpec option) {
    if (isGiven(parsed, option)) {
      return new Setting("", GIVEN, "option " + option.longestName());
    }
    Setting setting = setting(option);
    return setting == null ? new Setting("", BUILT_IN, "default") : setting;
  }

  private static boolean isGiven(ParseResult parsed, OptionSpec option) {
    boolean given = parsed.matchedOptions().stream()
        .anyMatch(other -> other.longestName().equals(option.longestName()));
    return given || (parsed.hasSubcommand() && isGiven(parsed.subcommand(), option));
  }

  UserConfigFile file() {
    return file;
  }
}
