package dev.kvstore.cli.commands;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kvstore.KVDatabase;
import dev.kvstore.cli.options.OutputFormat;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.Table;
import dev.kvstore.internal.support.Texts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "stores",
    header = "Lists the stores of the service.",
    description = "Prints each with the number of its entries.",
    footer = {"  kv stores", "  kv stores -o json"})
final class StoresCommand extends Action {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "Print them as json or yaml.")
  private @Nullable OutputFormat output;

  @Override
  public void check(UsageErrors faults) {
    session().connection().check(faults, false);
  }

  @Override
  public Integer call() throws IOException {
    Map<String, Long> stores;
    try (KVDatabase database = session().open()) {
      stores = database.entryCounts();
    }
    if (output != null) {
      output.print(console().out(), out -> write(out, stores));
      return ExitCodes.OK;
    }
    List<List<String>> rows = new ArrayList<>();
    stores.forEach(
        (name, entries) -> rows.add(List.of(Texts.oneLine(name), Long.toString(entries))));
    new Table(List.of("STORE", "ENTRIES"), rows).print(console());
    return ExitCodes.OK;
  }

  private static void write(JsonGenerator out, Map<String, Long> stores) throws IOException {
    out.writeStartArray();
    for (Map.Entry<String, Long> store : stores.entrySet()) {
      out.writeStartObject();
      out.writeStringField("name", store.getKey());
      out.writeNumberField("entries", store.getValue());
      out.writeEndObject();
    }
    out.writeEndArray();
  }
}
