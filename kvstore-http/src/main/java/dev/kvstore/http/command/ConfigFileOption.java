package dev.kvstore.http.command;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option for the configuration file, which is read before the other options are set. */
final class ConfigFileOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A YAML file of settings, named like these options without the leading hyphens.")
  @Nullable
  Path file;
}
