package dev.kvstore.cli.commands;

import dev.kvstore.KVEntry;
import dev.kvstore.KVStore;
import dev.kvstore.ReadOptions;
import dev.kvstore.cli.options.OutputFormat;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "find",
    header = "Finds entries by type, author, age or content.",
    description = "Prints the keys of the entries for which all conditions hold, in key order."
        + " 'kv apply' takes the same conditions and changes what they select.",
    footer = {
      "  kv find http. --type text",
      "  kv find --author alice --older-than 30d",
      "  kv find --contains example.com -o table",
      "  kv find --pointer /tls/port=443 --pointer '/tls/name=\"a\"'",
      "  kv find ui. --type text > keys.txt"
    })
final class FindCommand extends Action.OnStore {
  /** In what form entries are printed. */
  enum Form {
    KEYS,
    TABLE,
    TREE,
    JSON,
    YAML;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Mixin
  private Selection selection = new Selection();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "keys (default): one per line; table or tree: with values, for people; json or"
          + " yaml: with all metadata.")
  private Form output = Form.KEYS;

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    selection.check(faults);
  }

  @Override
  int run(KVStore store) throws IOException {
    Stream<KVEntry<RawValue>> found =
        selection.entries(store, ReadOptions.DEFAULT, console().clock());
    EntryListing listing = new EntryListing(console());
    switch (output) {
      case KEYS -> found.forEach(entry -> console().print(entry.key()));
      case TREE -> listing.tree(found);
      case JSON -> listing.document(OutputFormat.JSON, found);
      case YAML -> listing.document(OutputFormat.YAML, found);
      case TABLE -> {
        if (!listing.table(found)) {
          note("No such entries in store '" + store.name() + "'");
        }
      }
    }
    return ExitCodes.OK;
  }
}
