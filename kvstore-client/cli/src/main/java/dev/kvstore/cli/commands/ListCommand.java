package dev.kvstore.cli.commands;

import dev.kvstore.KVEntry;
import dev.kvstore.KVQuery;
import dev.kvstore.KVStore;
import dev.kvstore.ReadOptions;
import dev.kvstore.cli.options.AtOption;
import dev.kvstore.cli.options.OutputFormat;
import dev.kvstore.cli.options.PrefixOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "list",
    aliases = "ls",
    header = "Lists entries.",
    description = "Lists all entries, or those below a prefix, in key order.",
    footer = {
      "  kv list",
      "  kv list ui. --tree",
      "  kv list --keys | wc -l",
      "  kv list ui. -o json | grep etag"
    })
final class ListCommand extends Action.OnStore {
  /** The maximum width of a value in output for people. */
  private static final int VALUE_WIDTH = 60;

  @Mixin
  private PrefixOption.OrArgument prefix = new PrefixOption.OrArgument();

  @Mixin
  private AtOption at = new AtOption();

  @Option(names = "--keys", description = "Print only the keys, one per line.")
  private boolean keys;

  @Option(
      names = {"-t", "--tree"},
      description = "Print a tree that branches at '.' and '/' in the keys.")
  private boolean tree;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "Print the entries with all metadata, as json or yaml.")
  private @Nullable OutputFormat output;

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    prefix.check(faults);
    faults.exclude(
        keys ? "--keys" : null, tree ? "--tree" : null, output == null ? null : "--output");
  }

  @Override
  int run(KVStore store) throws IOException {
    KVQuery query = KVQuery.prefix(prefix.value()).limit(KVQuery.MAX_LIMIT);
    ReadOptions freshness = at.readOptions(store);
    Stream<KVEntry<RawValue>> entries = store.stream(query, RawValue.TYPE, freshness);
    if (keys) {
      store.streamKeys(query, freshness).forEach(console()::print);
    } else if (output != null) {
      output.print(console().out(), out -> {
        out.writeStartArray();
        for (Iterator<KVEntry<RawValue>> each = entries.iterator(); each.hasNext(); ) {
          Generators.entry(out, each.next());
        }
        out.writeEndArray();
      });
    } else if (tree) {
      Tree root = new Tree();
      entries.forEach(entry -> root.add(entry.key(), shown(entry)));
      root.print(console());
    } else {
      printTable(entries);
    }
    return ExitCodes.OK;
  }

  private void printTable(Stream<KVEntry<RawValue>> entries) {
    List<List<String>> rows = entries
        .map(entry -> List.of(
            Texts.oneLine(entry.key()),
            shown(entry),
            Long.toString(entry.version()),
            seconds(entry.updatedAt()),
            entry.expiresAt().map(ListCommand::seconds).orElse("")))
        .toList();
    if (rows.isEmpty()) {
      note("No entries"
          + (prefix.value().isEmpty() ? "" : " whose keys begin with '" + prefix.value() + "'")
          + " in store '" + session().connection().store() + "'");
      return;
    }
    List<String> header = List.of("KEY", "VALUE", "VERSION", "UPDATED", "EXPIRES");
    int columns = rows.stream().allMatch(row -> row.get(4).isEmpty()) ? 4 : 5;
    new Table(
            header.subList(0, columns),
            rows.stream().map(row -> row.subList(0, columns)).toList())
        .print(console());
  }

  private String shown(KVEntry<RawValue> entry) {
    String json = Values.json(Values.of(entry));
    return console().terminals().out() ? Texts.shortened(json, VALUE_WIDTH) : json;
  }

  private static String seconds(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
