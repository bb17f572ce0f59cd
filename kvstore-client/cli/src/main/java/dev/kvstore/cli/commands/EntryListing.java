package dev.kvstore.cli.commands;

import dev.kvstore.KVEntry;
import dev.kvstore.cli.options.OutputFormat;
import dev.kvstore.cli.terminal.Console;
import dev.kvstore.cli.terminal.Table;
import dev.kvstore.cli.terminal.Tree;
import dev.kvstore.internal.support.Texts;
import dev.kvstore.internal.transfer.Generators;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** Prints entries with their values. */
record EntryListing(Console console) {
  /** How much of a value is shown to a person. */
  private static final int VALUE_WIDTH = 60;

  /** Prints the entries with all metadata, as they come. */
  void document(OutputFormat format, Stream<KVEntry<RawValue>> entries) throws IOException {
    format.print(console.out(), out -> {
      out.writeStartArray();
      for (Iterator<KVEntry<RawValue>> each = entries.iterator(); each.hasNext(); ) {
        Generators.entry(out, each.next());
      }
      out.writeEndArray();
    });
  }

  /** Prints the keys as a tree, with the values. */
  void tree(Stream<KVEntry<RawValue>> entries) {
    Tree root = new Tree();
    entries.forEach(entry -> root.add(entry.key(), shown(entry)));
    root.print(console);
  }

  /** Prints a line for each entry. Returns false, and prints nothing, if there are none. */
  boolean table(Stream<KVEntry<RawValue>> entries) {
    List<List<String>> rows = entries
        .map(entry -> List.of(
            Texts.oneLine(entry.key()),
            shown(entry),
            Long.toString(entry.version()),
            seconds(entry.updatedAt()),
            entry.expiresAt().map(EntryListing::seconds).orElse("")))
        .toList();
    if (rows.isEmpty()) {
      return false;
    }
    List<String> header = List.of("KEY", "VALUE", "VERSION", "UPDATED", "EXPIRES");
    int columns = rows.stream().allMatch(row -> row.get(4).isEmpty()) ? 4 : 5;
    new Table(
            header.subList(0, columns),
            rows.stream().map(row -> row.subList(0, columns)).toList())
        .print(console);
    return true;
  }

  private String shown(KVEntry<RawValue> entry) {
    String json = Values.json(Values.of(entry));
    return console.terminals().out() ? Texts.shortened(json, VALUE_WIDTH) : json;
  }

  private static String seconds(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
