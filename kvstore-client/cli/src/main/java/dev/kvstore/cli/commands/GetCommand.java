package dev.kvstore.cli.commands;

import dev.kvstore.KVEntry;
import dev.kvstore.KVStore;
import dev.kvstore.cli.options.AtOption;
import dev.kvstore.cli.options.OutputFormat;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.internal.transfer.Generators;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "get",
    header = "Prints the value under a key.",
    description = "The value is JSON, on one line, or indented on a terminal.",
    footer = {
      "  kv get ui.theme",
      "  kv get ui.theme --raw     # dark instead of \"dark\"",
      "  kv get ui.theme -o yaml   # with version, etag and times",
      "  kv get ui.theme --at 'before release 41'"
    })
final class GetCommand extends KeyAction {
  @Option(
      names = {"-r", "--raw"},
      description = "Print text without quotes. Other values are printed as JSON.")
  private boolean raw;

  @Option(names = "--entry", description = "Print the entry with version, etag, times and author.")
  private boolean entry;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "Print the entry as json or yaml.")
  private @Nullable OutputFormat output;

  @Mixin
  private AtOption at = new AtOption();

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    faults.exclude(raw ? "--raw" : null, output != null ? "--output" : entry ? "--entry" : null);
  }

  @Override
  int run(KVStore store) throws IOException {
    KVEntry<RawValue> found = store.entry(key(), RawValue.TYPE, at.readOptions(store));
    if (entry || output != null) {
      OutputFormat format = output == null ? OutputFormat.YAML : output;
      format.print(console().out(), out -> Generators.entry(out, found));
    } else {
      printValue(Values.of(found));
    }
    return ExitCodes.OK;
  }

  private void printValue(RawValue value) {
    String text = raw ? Values.text(value) : null;
    if (text != null) {
      console().print(text);
    } else {
      console()
          .out()
          .println(console().terminals().out() ? Values.pretty(value) : Values.json(value));
    }
  }
}
