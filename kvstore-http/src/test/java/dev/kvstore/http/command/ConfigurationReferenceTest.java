package dev.kvstore.http.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.config.SettingSources;
import dev.kvstore.internal.config.SettingNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Tests that the configuration reference is generated from the options. */
class ConfigurationReferenceTest {
  private static final Path PAGE = Path.of("docs/configuration.md");
  private static final String ACCEPT = "docs.accept";

  private static final String INTRODUCTION = """
      # Configuration reference

      A setting is an option, an environment variable, or a line of the YAML file that `--config` names. An option wins over a
      variable, a variable over the file. The name in the file is the option's without the hyphens in front; a hyphen may be a
      level of nesting: `tls-key` is also `tls: {key: …}`. The command `config` prints every setting and where it comes from.

      - A duration is `90s`, `1h30m`, `1d12h` or ISO-8601: `PT1H30M`, `P1W`.
      - A size is `10MB` (10,000,000 bytes), `10MiB` (10,485,760) or a number of bytes. `10M` is refused, because it may be either.
      - The default is in parentheses.

      ## The service
      """;

  private static final String TOKENS = """

      ## `tokens create`

      All `tokens` commands, `backup` and `restore` also take `--data`, `--mongodb`, `--database`, `--timeout` and `--tokens-file` of the service.
      """;

  @Test
  void page_isMadeOfTheOptions() throws IOException {
    CommandLine service = new CommandLine(new ServeCommand(SettingSources.none().variables()));
    CommandSpec create = new CommandLine(new CreateTokenCommand()).getCommandSpec();
    List<OptionSpec> shared = SettingNames.options(service.getCommandSpec());
    List<String> names = shared.stream().map(OptionSpec::longestName).toList();
    List<OptionSpec> own = SettingNames.options(create).stream()
        .filter(option -> !names.contains(option.longestName()))
        .toList();
    String page = INTRODUCTION + table(shared) + TOKENS + table(own);

    if (Boolean.getBoolean(ACCEPT)) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("%s is out of date: run this test with -D%s=true", PAGE, ACCEPT)
        .isEqualTo(page);
  }

  private static String table(List<OptionSpec> options) {
    return options.stream()
        .map(ConfigurationReferenceTest::row)
        .collect(Collectors.joining("", "\n| Option | Variable | |\n|---|---|---|\n", ""));
  }

  private static String row(OptionSpec option) {
    return "| `%s %s` | `%s` | %s |\n"
        .formatted(
            option.longestName(),
            option.paramLabel().replace("|", "\\|"),
            SettingSources.variable(option),
            String.join(" ", option.description()).replace("|", "\\|"));
  }
}
