package dev.kvstore.cli.commands;

import dev.kvstore.KVStore;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.WriteOptions;
import dev.kvstore.cli.options.IfMatchOption;
import dev.kvstore.cli.options.Session;
import dev.kvstore.cli.terminal.ExitCodes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Deletes an entry. */
@Command(
    name = "delete",
    aliases = "rm",
    header = "Deletes the entry under a key.",
    footer = {"  kv delete ui.theme", "  kv delete ui.theme --if-match 6a10f1a27e0c5b3d9c2f1a01"})
final class DeleteCommand extends KeyAction {
  @Mixin
  private IfMatchOption ifMatch = new IfMatchOption();

  DeleteCommand(Session session) {
    super(session);
  }

  @Override
  int run(KVStore store) {
    if (!store.delete(key(), WriteOptions.DEFAULT.condition(ifMatch.condition()))) {
      throw new KeyNotFoundException(key());
    }
    console().print(key() + ": deleted");
    return ExitCodes.OK;
  }
}
