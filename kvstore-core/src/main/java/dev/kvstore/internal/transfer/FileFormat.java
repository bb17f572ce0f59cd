package dev.kvstore.internal.transfer;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a snapshot can be written in. */
public enum FileFormat {
  JSON,
  YAML,
  PROPERTIES,

  /** MongoDB Extended JSON, one entry a line, which keeps every type. */
  EXACT;

  /** Returns the format that the name of the file ends with, or null. */
  public static @Nullable FileFormat of(String file) {
    String name = file.toLowerCase(Locale.ROOT);
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "json" -> JSON;
      case "yaml", "yml" -> YAML;
      case "properties" -> PROPERTIES;
      case "exact", "jsonl", "ndjson" -> EXACT;
      default -> null;
    };
  }

  /** As it is written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
