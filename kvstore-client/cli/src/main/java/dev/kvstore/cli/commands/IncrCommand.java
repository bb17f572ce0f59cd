package dev.kvstore.cli.commands;

import dev.kvstore.KVStore;
import dev.kvstore.WriteOptions;
import dev.kvstore.cli.options.CommentOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "incr",
    header = "Adds to a whole number and prints the sum.",
    description = "Atomic. No entry counts as 0. Keeps an expiry.",
    footer = {"  kv incr visits", "  kv incr stock.apples --by -5"})
final class IncrCommand extends KeyAction {
  @Option(names = "--by", paramLabel = "N", description = "How much to add (1); may be negative.")
  private long by = 1;

  @Mixin
  private CommentOption comment = new CommentOption();

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    comment.check(faults);
  }

  @Override
  int run(KVStore store) {
    console().out().println(store.increment(key(), by, comment.addTo(WriteOptions.DEFAULT)));
    return ExitCodes.OK;
  }
}
