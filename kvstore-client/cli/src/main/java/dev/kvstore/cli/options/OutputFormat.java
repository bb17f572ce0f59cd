package dev.kvstore.cli.options;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kvstore.internal.transfer.Generators;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/** The output format of a command. */
public enum OutputFormat {
  JSON,
  YAML;

  /** Prints one document as a stream. */
  public void print(PrintWriter writer, Generators.Content content) throws IOException {
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
