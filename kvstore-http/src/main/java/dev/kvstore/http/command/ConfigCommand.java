package dev.kvstore.http.command;

import dev.kvstore.http.config.SettingSources;
import dev.kvstore.internal.config.SettingNames;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    usageHelpWidth = 100,
    customSynopsis = "java -jar kvstore-http.jar config [options]",
    optionListHeading = "%nOptions:%n",
    description = "Prints every setting with its value and origin.")
public final class ConfigCommand implements CheckedCommand {
  // Set by picocli before anything is called.
  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec spec;

  private final SettingSources sources;

  @Mixin
  private ServeOptions options = new ServeOptions();

  public ConfigCommand(SettingSources sources) {
    this.sources = sources;
  }

  @Override
  public void check(Faults faults) {
    options.check(faults);
  }

  @Override
  public Integer call() {
    List<OptionSpec> settings = SettingNames.options(spec);
    int nameWidth = width(settings.stream().map(SettingNames::of).toList());
    int valueWidth = width(settings.stream().map(ConfigCommand::value).toList());
    PrintWriter out = spec.commandLine().getOut();
    String line = "%-" + nameWidth + "s  %-" + valueWidth + "s  %s";
    for (OptionSpec setting : settings) {
      out.println(line.formatted(
          SettingNames.of(setting), value(setting), sources.origin(setting).text()));
    }
    return ExitCode.OK;
  }

  private static String value(OptionSpec setting) {
    Object value = setting.getValue();
    if (value == null) {
      return "(none)";
    }
    if (value instanceof Collection<?> items) {
      return items.isEmpty()
          ? "(none)"
          : items.stream().map(Object::toString).collect(Collectors.joining(","));
    }
    return setting.longestName().equals("--mongodb")
        ? Secrets.mask(value.toString())
        : value.toString();
  }

  private static int width(List<String> texts) {
    return texts.stream().mapToInt(String::length).max().orElse(0);
  }
}
