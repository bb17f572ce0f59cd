package dev.kvstore.client.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** In what a file is written. */
final class FormatOption {
  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "json, yaml or properties; by the ending of the file where it has one of these.")
  private @Nullable Format format;

  /** @throws CliException if nothing says it */
  Format of(String file) {
    Format found = format == null ? Format.of(file) : format;
    if (found == null) {
      throw CliException.usage("What format has " + file
          + "? Its name ends in none of .json, .yaml," + " .yml and .properties: give --format");
    }
    return found;
  }

  /** Returns JSON where nothing says anything else. */
  Format orJson() {
    return format == null ? Format.JSON : format;
  }
}
