package dev.kvstore.cli.commands;

import dev.kvstore.ChangeReport;
import dev.kvstore.CopyOptions;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVStore;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.Names;
import dev.kvstore.WriteCondition;
import dev.kvstore.cli.options.CommentOption;
import dev.kvstore.cli.options.IfMatchOption;
import dev.kvstore.cli.options.PrefixOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "copy",
    aliases = "cp",
    header = "Copies or moves entries to another store, or to other keys.",
    description = "Types and expiries are kept, and what is the same already is not written. With"
        + " --dry-run it shows what would change, and the etag with which --if-match does just"
        + " that. Within a store --move renames.",
    footer = {
      "  kv copy ui.theme --to-store production",
      "  kv copy --prefix ui. --to-store production --dry-run",
      "  kv copy --prefix ui. --to-store production --mode defaults -m 'release 41'",
      "  kv copy --prefix ui. --to-prefix web. --move"
    })
final class CopyCommand extends Action {
  @Parameters(arity = "0..*", paramLabel = "KEY", description = "The keys of the entries.")
  private List<String> keys = new ArrayList<>();

  @Mixin
  private PrefixOption prefix = new PrefixOption();

  @Option(
      names = "--to-store",
      paramLabel = "NAME",
      description = "The store to copy to; the same one by default.")
  private @Nullable String toStore;

  @Option(
      names = "--to-prefix",
      paramLabel = "PREFIX",
      description = "Takes the place of --prefix, or is put before each KEY.")
  private @Nullable String toPrefix;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = "merge (default): replace existing values; defaults: write only where there"
          + " is no entry.")
  private Mode mode = Mode.MERGE;

  @Option(names = "--move", description = "Delete what was copied from where it was.")
  private boolean move;

  @Mixin
  private IfMatchOption ifMatch = new IfMatchOption();

  @Mixin
  private CommentOption comment = new CommentOption();

  @Option(names = "--dry-run", description = "Show what would change, and change nothing.")
  private boolean dryRun;

  private enum Mode {
    MERGE,
    DEFAULTS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public void check(UsageErrors faults) {
    session().connection().check(faults, true);
    comment.check(faults);
    // An environment variable alone must not copy a prefix.
    if (keys.isEmpty() != prefix.isGiven(faults)) {
      faults.add("Give one of KEY, --prefix");
    }
    keys.forEach(key -> faults.check(() -> Names.checkKey(key)));
    String store = toStore;
    if (store != null) {
      faults.addFrom("--to-store", () -> Names.checkStore(store));
    } else if (toPrefix == null) {
      faults.add("Where to? Give --to-store, --to-prefix or both");
    }
    String keyPrefix = toPrefix;
    if (keyPrefix != null) {
      faults.addFrom("--to-prefix", () -> CopyOptions.DEFAULT.toPrefix(keyPrefix));
    }
  }

  @Override
  public Integer call() {
    try (KVDatabase database = session().open()) {
      KVStore from = database.store(session().connection().store());
      copy(from, toStore == null ? from : database.store(toStore));
    }
    return ExitCodes.OK;
  }

  private void copy(KVStore from, KVStore to) {
    Set<String> named = new LinkedHashSet<>(keys);
    ChangeReport report = named.isEmpty()
        ? from.copyAll(prefix.value(), to, options())
        : from.copyMany(named, to, options());
    long found = report.created() + report.changed() + report.unchanged() + report.failed();
    if (!named.isEmpty() && found == 0) {
      throw new KeyNotFoundException(keys.get(0));
    }
    if (found < named.size()) {
      note("Keys without an entry: " + (named.size() - found));
    }
    Reports.print(console(), report, move ? "Would move" : "Would copy", move ? "Moved" : "Copied");
  }

  private CopyOptions options() {
    CopyOptions options =
        toPrefix == null ? CopyOptions.DEFAULT : CopyOptions.DEFAULT.toPrefix(toPrefix);
    options = mode == Mode.DEFAULTS ? options.defaults() : options;
    options = move ? options.moving() : options;
    options = dryRun ? options.dryRun() : options;
    if (comment.message() != null) {
      options = options.comment(comment.message());
    }
    return ifMatch.condition() instanceof WriteCondition.IfMatch match
        ? options.ifMatch(match.etag())
        : options;
  }
}
