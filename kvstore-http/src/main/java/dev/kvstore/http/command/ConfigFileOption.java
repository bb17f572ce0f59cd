package dev.kvstore.http.command;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names the configuration file, which is read before the others are set. */
final class ConfigFileOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A YAML file of settings, by the names of these options without their hyphens in"
              + " front.")
  @Nullable
  Path file;
}
