package dev.kvstore.http.config;

import dev.kvstore.internal.config.CommandErrors;
import dev.kvstore.internal.config.SettingNames;
import dev.kvstore.internal.config.Variables;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Completes a command line with settings from the environment and the configuration file. An option
 * has precedence over its variable, the variable over the file, and the file over the default.
 *
 * <p>The variable of an option is its name in upper case after {@code KVSTORE_}; an empty variable
 * counts as unset. The name in the file is that of the option without leading hyphens.
 */
public final class SettingSources {
  private static final String CONFIG = "--config";

  /**
   * The source of a setting's value.
   *
   * @param text a short description
   * @param blame the beginning of a message about a wrong value; empty if the message needs none
   */
  public record Origin(String text, String blame) {}

  private final List<String> arguments;
  private final Map<String, Origin> origins = new HashMap<>();
  private final List<String> faults = new ArrayList<>();
  private Variables variables = Variables.of(Map.of(), Set.of(), Set.of());

  private SettingSources(String[] arguments) {
    this.arguments = new ArrayList<>(Arrays.asList(arguments));
  }

  /** Returns empty sources. */
  public static SettingSources none() {
    return new SettingSources(new String[0]);
  }

  /**
   * Reads the variables, and the file if there is one.
   *
   * @param commandLine used to find the given options; do not use it afterwards
   */
  public static SettingSources read(
      CommandLine commandLine, String[] arguments, Map<String, String> environment) {
    SettingSources sources = new SettingSources(arguments);
    CommandErrors.collectAll(commandLine);
    ParseResult root = commandLine.parseArgs(arguments);
    ParseResult last = CommandErrors.last(root);
    if (!last.isUsageHelpRequested() && !last.isVersionHelpRequested()) {
      Set<String> own = settingsOfAll(root.commandSpec()).stream()
          .map(SettingSources::variable)
          .collect(Collectors.toSet());
      sources.variables = Variables.of(environment, own, Variables.KV);
      ConfigFile file = sources.readFile(root.commandSpec(), last, environment);
      sources.complete(last, environment, file);
    }
    return sources;
  }

  /** Returns the variable of the option, for example {@code KVSTORE_MAX_VALUE_BYTES}. */
  public static String variable(OptionSpec option) {
    String name = SettingNames.of(option);
    return Variables.variable(name.equals("mongodb") ? "mongodb-uri" : name);
  }

  /** Returns the given arguments, and options for the settings of the other sources. */
  public String[] arguments() {
    return arguments.toArray(String[]::new);
  }

  public Origin origin(OptionSpec option) {
    return origins.getOrDefault(option.longestName(), new Origin("default", ""));
  }

  /** Returns the errors in the file as complete messages. */
  public List<String> faults() {
    return List.copyOf(faults);
  }

  /** Returns the variables that look like settings but are not. */
  public Variables variables() {
    return variables;
  }

  private static List<OptionSpec> settingsOfAll(CommandSpec command) {
    List<OptionSpec> all = new ArrayList<>(SettingNames.options(command));
    command
        .subcommands()
        .values()
        .forEach(subcommand -> all.addAll(settingsOfAll(subcommand.getCommandSpec())));
    return all;
  }

  private @Nullable ConfigFile readFile(
      CommandSpec root, ParseResult parsed, Map<String, String> environment) {
    OptionSpec option = parsed.commandSpec().findOption(CONFIG);
    if (option == null) {
      return null;
    }
    String path = parsed.hasMatchedOption(CONFIG)
        ? parsed.matchedOption(CONFIG).originalStringValues().get(0)
        : Variables.value(environment, variable(option));
    if (path == null) {
      return null;
    }
    Set<String> known = SettingNames.options(root).stream()
        .map(SettingNames::of)
        .filter(name -> !name.equals(SettingNames.of(option)))
        .collect(Collectors.toCollection(TreeSet::new));
    try {
      ConfigFile file = ConfigFile.read(Path.of(path), known);
      faults.addAll(file.faults());
      return file;
    } catch (InvalidPathException e) {
      faults.add("The name of the configuration file is not valid");
      return null;
    }
  }

  private void complete(
      ParseResult parsed, Map<String, String> environment, @Nullable ConfigFile file) {
    Set<String> given = given(parsed);
    List<String> added = new ArrayList<>();
    for (OptionSpec option : SettingNames.options(parsed.commandSpec())) {
      String name = option.longestName();
      String variable = Variables.value(environment, variable(option));
      ConfigFile.Setting setting = file == null ? null : file.setting(SettingNames.of(option));
      if (given.contains(name)) {
        origins.put(name, new Origin("option " + name, ""));
      } else if (variable != null) {
        String text = "variable " + variable(option);
        origins.put(name, new Origin(text, "The environment " + text + ": "));
        added.add(name + "=" + variable);
      } else if (setting != null) {
        origins.put(name, new Origin(setting.place(), setting.place() + ": "));
        added.add(name + "=" + setting.value());
      }
    }
    int end = arguments.indexOf("--");
    arguments.addAll(end < 0 ? arguments.size() : end, added);
  }

  /** Returns the options on the command line, with valid values or not. */
  private static Set<String> given(ParseResult parsed) {
    Set<String> given = new HashSet<>();
    parsed.matchedOptions().forEach(option -> given.add(option.longestName()));
    for (Exception error : parsed.errors()) {
      if (error instanceof ParameterException wrong
          && wrong.getArgSpec() instanceof OptionSpec option) {
        given.add(option.longestName());
      }
    }
    return given;
  }
}
