package dev.kvstore.cli.commands;

import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVStore;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteOptions;
import dev.kvstore.cli.options.CommentOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.Interrupt;
import dev.kvstore.internal.transfer.SnapshotSource;
import dev.kvstore.internal.transfer.StoredTypes;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "edit",
    header = "Opens a value in an editor.",
    description = "The value is JSON, the editor is $VISUAL or $EDITOR. What you do not change"
        + " keeps its type, such as a date, which JSON does not have. If the value"
        + " has changed in the meantime, you see the differences and can edit again. Keeps"
        + " an expiry.",
    footer = {"  kv edit http.limits", "  EDITOR='sed -i s/3/5/' kv edit http.limits"})
final class EditCommand extends KeyAction {
  @Mixin
  private CommentOption comment = new CommentOption();

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    comment.check(faults);
  }

  @Override
  @SuppressWarnings("try") // the resource is not referenced
  int run(KVStore store) throws IOException, InterruptedException {
    KVEntry<RawValue> entry = store.entry(key(), RawValue.TYPE);
    RawValue value = Values.of(entry);
    // Editors use Ctrl-C, which must not end this process while it waits for one.
    try (Interrupt.Hold held = session().interrupt().hold();
        EditedFile file = EditedFile.create(Values.pretty(value) + "\n")) {
      try {
        int code = edit(store, file, entry);
        file.discard();
        return code;
      } finally {
        file.keptPath().ifPresent(path -> note("Your text is still in " + path));
        console().out().flush();
      }
    }
  }

  private int edit(KVStore store, EditedFile file, KVEntry<RawValue> first)
      throws IOException, InterruptedException {
    KVEntry<RawValue> present = first;
    while (true) {
      file.edit(session().environment());
      RawValue given = parsed(file);
      if (given == null) {
        continue;
      }
      StoredTypes.Kept kept =
          StoredTypes.keep(key(), Values.of(present == null ? first : present), given, false);
      RawValue edited = kept.value();
      if (present != null && Values.same(edited, Values.of(present))) {
        console().print(key() + ": not changed");
        return ExitCodes.OK;
      }
      try {
        WriteOptions options = present == null
            ? WriteOptions.ifAbsent()
            : WriteOptions.ifMatch(present.etag()).keepingExpiry();
        KVMetadata written = store.set(key(), edited, comment.addTo(options));
        kept.changes().forEach(this::note);
        console().print(SetCommand.written(written));
        return ExitCodes.OK;
      } catch (PreconditionFailedException e) {
        present = store.findEntry(key(), RawValue.TYPE).orElse(null);
        showConflict(present, edited, e);
      }
    }
  }

  /** Parses the text; null if it is not JSON and must be edited again. */
  private @Nullable RawValue parsed(EditedFile file) throws IOException {
    try {
      return Values.ofJson(SnapshotSource.withoutMark(file.bytes()));
    } catch (InvalidInputException e) {
      String problem = "What you saved cannot be stored: " + e.getMessage();
      if (console().isInteractive()) {
        note(problem);
        if (console().confirms("Edit again?")) {
          return null;
        }
      }
      throw new CliException(ExitCodes.USAGE, problem + "; nothing was written", e);
    }
  }

  private void showConflict(
      @Nullable KVEntry<RawValue> present, RawValue edited, PreconditionFailedException conflict) {
    RawValue theirs = present == null ? null : Values.of(present);
    note(
        present == null
            ? "'" + key() + "' was deleted meanwhile. Yours (+):"
            : "'" + key() + "' was written meanwhile. What is stored now (-), and yours (+):");
    new Difference(key(), theirs, edited).print(console());
    console().out().flush();
    if (!console().isInteractive() || !console().confirms("Edit again, and write over it?")) {
      throw conflict;
    }
  }
}
