package dev.kvstore.client.cli;

import dev.kvstore.KVStore;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.WriteOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Deletes an entry. */
@Command(
    name = "delete",
    aliases = "rm",
    header = "Deletes the entry under a key.",
    footer = {"  kv delete ui.theme", "  kv delete ui.theme --if-match 6a10f1a27e0c5b3d9c2f1a01"})
final class DeleteCommand extends KeyAction {
  @Option(
      names = "--if-match",
      paramLabel = "ETAG",
      description = "Only if the entry has this etag, which 'kv get --entry' shows.")
  private @Nullable String etag;

  DeleteCommand(Session session) {
    super(session);
  }

  @Override
  int run(KVStore store) {
    WriteOptions options = etag == null ? WriteOptions.DEFAULT : WriteOptions.ifMatch(etag);
    if (!store.delete(key(), options)) {
      throw new KeyNotFoundException(key());
    }
    console().out().println(key() + ": deleted");
    return ExitCodes.OK;
  }
}
