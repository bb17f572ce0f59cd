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
import dev.kvstore.spi.RawValue;
import java.io.IOException;
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
    if (keys) {
      store.streamKeys(query, freshness).forEach(console()::print);
      return ExitCodes.OK;
    }
    Stream<KVEntry<RawValue>> entries = store.stream(query, RawValue.TYPE, freshness);
    EntryListing listing = new EntryListing(console());
    if (output != null) {
      listing.document(output, entries);
    } else if (tree) {
      listing.tree(entries);
    } else if (!listing.table(entries)) {
      note("No entries"
          + (prefix.value().isEmpty() ? "" : " whose keys begin with '" + prefix.value() + "'")
          + " in store '" + session().connection().store() + "'");
    }
    return ExitCodes.OK;
  }
}
