package dev.kvstore.cli.commands;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.KVLabel;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import dev.kvstore.WriteOptions;
import dev.kvstore.cli.options.AtOption;
import dev.kvstore.cli.options.CommentOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.Table;
import dev.kvstore.internal.support.Texts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command to label instants. */
@Command(
    name = "label",
    header = "Gives an instant a name, or lists the names.",
    description = "Other commands take the name with --at. Without NAME all labels are listed.",
    footer = {
      "  kv label 'before release 41'",
      "  kv label 'before release 41' --at 2026-01-31T12:00:00Z -m 'the last good state'",
      "  kv label",
      "  kv label 'before release 41' --delete"
    })
final class LabelCommand extends Action.OnStore {
  @Parameters(arity = "0..1", paramLabel = "NAME", description = "The name of the label.")
  private @Nullable String name;

  @Mixin
  private AtOption at = new AtOption();

  @Mixin
  private CommentOption comment = new CommentOption();

  @Option(
      names = {"-d", "--delete"},
      description = "Delete the label.")
  private boolean delete;

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    comment.check(faults);
    String given = name;
    if (given != null) {
      faults.check(() -> Names.checkLabel(given));
    } else if (delete || at.isGiven() || comment.message() != null) {
      faults.add("Missing the name of the label: NAME");
    }
    faults.exclude(delete ? "--delete" : null, at.isGiven() ? "--at" : null);
  }

  @Override
  int run(KVStore store) {
    if (name == null) {
      list(store.history().labels());
    } else if (!delete) {
      console().print(name + ": " + label(store, name).at());
    } else if (store.history().deleteLabel(name)) {
      console().print(name + ": deleted");
    } else {
      throw new KVException(
          ErrorCode.LABEL_NOT_FOUND,
          "Store '" + store.name() + "' has no label '" + Texts.oneLine(name) + "'");
    }
    return ExitCodes.OK;
  }

  private KVLabel label(KVStore store, String label) {
    Instant given = at.instant(store);
    if (given == null) {
      return store.history().setLabel(label, comment.addTo(WriteOptions.DEFAULT));
    }
    KVLabel named =
        new KVLabel(label, given, Optional.empty(), Optional.ofNullable(comment.message()));
    store.history().setLabel(named);
    return named;
  }

  private void list(List<KVLabel> labels) {
    if (labels.isEmpty()) {
      note("No labels in store '" + session().connection().store() + "'");
      return;
    }
    List<List<String>> rows = labels.stream()
        .map(label -> List.of(
            Texts.oneLine(label.name()),
            label.at().toString(),
            Texts.oneLine(label.author().orElse("")),
            Texts.oneLine(label.comment().orElse(""))))
        .toList();
    new Table(List.of("LABEL", "AT", "BY", "COMMENT"), rows).print(console());
  }
}
