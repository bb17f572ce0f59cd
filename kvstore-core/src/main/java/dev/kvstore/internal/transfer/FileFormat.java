package dev.kvstore.internal.transfer;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The format of a snapshot. */
public enum FileFormat {
  JSON,
  YAML,
  PROPERTIES,

  /** MongoDB Extended JSON, one entry per line. Preserves every type. */
  EXACT;

  /** Returns the format for the extension of the file name, or null. */
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

  /** Returns the name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
