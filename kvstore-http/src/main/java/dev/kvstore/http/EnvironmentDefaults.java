package dev.kvstore.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Every option has an environment variable, which counts where the option is not given: its name in
 * capitals after {@code KVSTORE_}. One that is set to nothing is not set.
 */
final class EnvironmentDefaults implements IDefaultValueProvider {
  private static final String PREFIX = "KVSTORE_";

  private final Map<String, String> environment;

  EnvironmentDefaults(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Returns the variable of the option, for example {@code KVSTORE_MAX_VALUE_BYTES}. */
  static String variable(OptionSpec option) {
    String name = option.longestName();
    return name.equals("--mongodb")
        ? PREFIX + "MONGODB_URI"
        : PREFIX + name.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    String value = environment.get(variable(option));
    return value == null || value.isBlank() ? null : value.strip();
  }

  /**
   * Returns the begin of the message about a bad value: the variable, where it came from there and
   * not from the command line, and nothing otherwise.
   */
  String culprit(ParameterException exception, String[] arguments) {
    ArgSpec argument = exception.getArgSpec();
    if (!(argument instanceof OptionSpec option) || defaultValue(option) == null) {
      return "";
    }
    boolean given = Arrays.stream(option.names())
        .anyMatch(name ->
            Arrays.stream(arguments).anyMatch(a -> a.equals(name) || a.startsWith(name + "=")));
    return given ? "" : "The environment variable " + variable(option) + ": ";
  }
}
