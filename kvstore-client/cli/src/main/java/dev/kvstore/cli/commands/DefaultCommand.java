package dev.kvstore.cli.commands;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVStore;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteOptions;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(
    name = "default",
    header = "Writes a value only if there is no entry.",
    description =
        "Prints whether it was stored, or the value that is kept. Of several at once one stores.",
    footer = {"  kv default ui.theme '\"light\"'", "  kv default http.limits --file limits.json"})
final class DefaultCommand extends ValueAction {
  @Override
  int run(KVStore store) throws IOException {
    RawValue given = value();
    while (true) {
      Optional<KVEntry<RawValue>> kept = store.findEntry(key(), RawValue.TYPE);
      if (kept.isPresent()) {
        console().print(key() + ": kept " + Values.json(Values.of(kept.get())));
        return ExitCodes.OK;
      }
      try {
        KVMetadata stored = store.set(key(), given, given(WriteOptions.ifAbsent()));
        console().print(key() + ": stored, etag " + stored.etag());
        return ExitCodes.OK;
      } catch (PreconditionFailedException e) {
        // Another writer was faster; keep its value.
      }
    }
  }
}
