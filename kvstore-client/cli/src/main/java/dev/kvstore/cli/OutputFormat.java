package dev.kvstore.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/** In what form a command prints what it knows. */
enum OutputFormat {
  JSON,
  YAML;

  /** Prints one document, as it comes. */
  void print(PrintWriter writer, Generators.Content content) throws IOException {
    try (JsonGenerator out = this == JSON ? Generators.json(writer) : Generators.yaml(writer)) {
      content.to(out);
    }
    if (this == JSON) {
      writer.println();
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
