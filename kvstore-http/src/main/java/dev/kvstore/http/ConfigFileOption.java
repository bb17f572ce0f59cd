package dev.kvstore.http;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names the configuration file, which is read before the others are set. */
final class ConfigFileOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A YAML file of settings, under the names of these options: 'port: 7070'.")
  @Nullable
  Path file;
}
