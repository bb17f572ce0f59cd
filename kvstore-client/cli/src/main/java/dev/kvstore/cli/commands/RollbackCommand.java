package dev.kvstore.cli.commands;

import dev.kvstore.ChangeReport;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import dev.kvstore.RevisionSelector;
import dev.kvstore.RollbackOptions;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.cli.options.AtOption;
import dev.kvstore.cli.options.CommentOption;
import dev.kvstore.cli.options.IfMatchOption;
import dev.kvstore.cli.options.PrefixOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command to restore an earlier state. */
@Command(
    name = "rollback",
    header = "Stores an earlier value of a key again, or all entries with a prefix as they were.",
    description = "What is there now stays in the history. A key keeps its present expiry. With"
        + " --dry-run it shows what --prefix would change, and the etag with which --if-match does"
        + " just that.",
    footer = {
      "  kv rollback ui.theme --to 3",
      "  kv rollback ui.theme --to 6a10f1a27e0c5b3d9c2f1a01 -m 'back to dark'",
      "  kv rollback ui.theme --at 'before release 41'",
      "  kv rollback --prefix ui. --at 'before release 41' --dry-run"
    })
final class RollbackCommand extends Action.OnStore {
  @Parameters(arity = "0..1", paramLabel = "KEY", description = "The key.")
  private @Nullable String key;

  @Mixin
  private PrefixOption prefix = new PrefixOption();

  @Option(
      names = "--to",
      paramLabel = "REVISION",
      description = "The version or the etag of the revision, as 'kv log' shows them.")
  private @Nullable String revision;

  @Mixin
  private AtOption at = new AtOption();

  @Mixin
  private IfMatchOption ifMatch = new IfMatchOption();

  @Mixin
  private CommentOption comment = new CommentOption();

  @Option(
      names = "--dry-run",
      description = "With --prefix: show what would change, and change nothing.")
  private boolean dryRun;

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    comment.check(faults);
    boolean many = prefix.isGiven(faults); // an environment variable alone must not change a prefix
    if ((key == null) != many) {
      faults.add("Give one of KEY, --prefix");
    }
    String given = key;
    if (given != null) {
      faults.check(() -> Names.checkKey(given));
      if ((revision == null) != at.isGiven()) {
        faults.add("Give one of --to, --at");
      }
      if (dryRun) {
        faults.add("Give --dry-run with --prefix only");
      }
    } else if (!at.isGiven() || revision != null) {
      faults.add("Give --prefix together with --at, and without --to");
    }
  }

  @Override
  int run(KVStore store) {
    if (key == null) {
      rollbackAll(store, Objects.requireNonNull(at.instant(store), "checked"));
      return ExitCodes.OK;
    }
    WriteOptions options = comment.addTo(WriteOptions.DEFAULT.condition(ifMatch.condition()));
    KVMetadata written = store.history().rollback(key, selector(store), options);
    console().print(SetCommand.written(written));
    return ExitCodes.OK;
  }

  private RevisionSelector selector(KVStore store) {
    Instant instant = at.instant(store);
    if (instant != null) {
      return RevisionSelector.at(instant);
    }
    String text = Objects.requireNonNull(revision, "checked");
    if (!text.matches("[1-9][0-9]{0,17}")) {
      return RevisionSelector.etag(text);
    }
    return RevisionSelector.version(Long.parseLong(text));
  }

  private void rollbackAll(KVStore store, Instant instant) {
    RollbackOptions options = dryRun ? RollbackOptions.DEFAULT.dryRun() : RollbackOptions.DEFAULT;
    if (comment.message() != null) {
      options = options.comment(comment.message());
    }
    if (ifMatch.condition() instanceof WriteCondition.IfMatch match) {
      options = options.ifMatch(match.etag());
    }
    ChangeReport report = store.history().rollbackAll(prefix.value(), instant, options);
    Reports.print(console(), report, "Would roll back", "Rolled back");
  }
}
