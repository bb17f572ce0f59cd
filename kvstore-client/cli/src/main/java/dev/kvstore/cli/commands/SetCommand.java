package dev.kvstore.cli.commands;

import dev.kvstore.KVMetadata;
import dev.kvstore.KVStore;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.cli.options.IfMatchOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "set",
    header = "Writes a value under a key.",
    description = "Replaces an existing value, unless a condition says otherwise.",
    footer = {
      "  kv set http.retries 3",
      "  kv set ui.theme '\"dark\"'",
      "  kv set ui.theme dark --string",
      "  kv set http.limits --file limits.json",
      "  kv set http.retries 5 -m 'the gateway is slow'",
      "  kv set lock '\"me\"' --if-absent --ttl 30s",
      "  kv set ui.theme '\"blue\"' --if-match 6a10f1a27e0c5b3d9c2f1a01"
    })
final class SetCommand extends ValueAction {
  @Mixin
  private IfMatchOption ifMatch = new IfMatchOption();

  @Option(names = "--if-absent", description = "Only if there is no entry.")
  private boolean absent;

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    faults.exclude(ifMatch.isGiven() ? "--if-match" : null, absent ? "--if-absent" : null);
  }

  @Override
  int run(KVStore store) throws IOException {
    RawValue given = value();
    WriteCondition condition = absent ? WriteCondition.IF_ABSENT : ifMatch.condition();
    WriteOptions options = given(WriteOptions.DEFAULT).condition(condition);
    KVMetadata written = store.set(key(), given, options);
    console().print(written(written));
    return ExitCodes.OK;
  }

  /** Returns a line about the written entry. */
  static String written(KVMetadata entry) {
    return entry.key() + ": " + (entry.version() == 1 ? "created" : "set") + ", version "
        + entry.version() + ", etag " + entry.etag()
        + entry.expiresAt().map(at -> ", expires " + at).orElse("");
  }
}
