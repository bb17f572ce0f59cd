package dev.kvstore.cli.document;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a file of values can be written in. */
public enum FileFormat {
  JSON,
  YAML,
  PROPERTIES;

  /** Returns the format that the name of the file ends with, or null. */
  public static @Nullable FileFormat of(String file) {
    String name = file.toLowerCase(Locale.ROOT);
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "json" -> JSON;
      case "yaml", "yml" -> YAML;
      case "properties" -> PROPERTIES;
      default -> null;
    };
  }

  /** As it is written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
