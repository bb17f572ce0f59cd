package dev.kvstore.cli.commands;

import dev.kvstore.DeleteOptions;
import dev.kvstore.DeleteResult;
import dev.kvstore.KVStore;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.Names;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.cli.options.CommentOption;
import dev.kvstore.cli.options.IfMatchOption;
import dev.kvstore.cli.options.PrefixOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.internal.support.Texts;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "delete",
    aliases = "rm",
    header = "Deletes the entry under a key, or all entries with a prefix.",
    description = "With --dry-run it shows what --prefix would delete, and the etag with which"
        + " --if-match deletes just that. The empty prefix needs it.",
    footer = {
      "  kv delete ui.theme",
      "  kv delete ui.theme --if-match 6a10f1a27e0c5b3d9c2f1a01",
      "  kv delete --prefix ui. --dry-run",
      "  kv delete --prefix ui."
    })
final class DeleteCommand extends Action.OnStore {
  @Parameters(arity = "0..1", paramLabel = "KEY", description = "The key.")
  private @Nullable String key;

  @Mixin
  private PrefixOption prefix = new PrefixOption();

  @Mixin
  private IfMatchOption ifMatch = new IfMatchOption();

  @Mixin
  private CommentOption comment = new CommentOption();

  @Option(
      names = "--dry-run",
      description = "With --prefix: print the keys of the entries, and delete nothing.")
  private boolean dryRun;

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    comment.check(faults);
    boolean many = prefix.isGiven(faults); // an environment variable alone must not delete a prefix
    if ((key == null) != many) {
      faults.add("Give one of KEY, --prefix");
    }
    String given = key;
    if (given != null) {
      faults.check(() -> Names.checkKey(given));
      if (dryRun) {
        faults.add("Give --dry-run with --prefix only");
      }
    }
  }

  @Override
  int run(KVStore store) {
    if (key == null) {
      deleteAll(store);
    } else if (store.delete(
        key, comment.addTo(WriteOptions.DEFAULT.condition(ifMatch.condition())))) {
      console().print(key + ": deleted");
    } else {
      throw new KeyNotFoundException(key);
    }
    return ExitCodes.OK;
  }

  private void deleteAll(KVStore store) {
    DeleteOptions options = dryRun ? DeleteOptions.DEFAULT.dryRun() : DeleteOptions.DEFAULT;
    options = comment.message() == null ? options : options.comment(comment.message());
    if (ifMatch.condition() instanceof WriteCondition.IfMatch match) {
      options = options.ifMatch(match.etag());
    }
    DeleteResult result = store.deleteAll(prefix.value(), options);
    int count = result.keys().size();
    String entries = count + (count == 1 ? " entry" : " entries");
    if (dryRun) {
      result.keys().forEach(console()::print);
      note("Would delete " + entries + "; --if-match " + result.fingerprint().orElseThrow()
          + " deletes just that");
    } else {
      console().print("Deleted " + entries);
      result.changed().forEach(left -> note(Texts.oneLine(left) + ": changed, not deleted"));
    }
  }
}
