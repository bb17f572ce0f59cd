package dev.kvstore.cli.commands;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KVOperation;
import dev.kvstore.KVStore;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteCondition;
import dev.kvstore.cli.commands.Journal.Outcome;
import dev.kvstore.cli.options.CommentOption;
import dev.kvstore.cli.options.IfMatchOption;
import dev.kvstore.cli.options.UsageErrors;
import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.cli.terminal.Interrupt;
import dev.kvstore.cli.terminal.Progress;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.files.DurableFile;
import dev.kvstore.internal.support.Sha256;
import dev.kvstore.internal.support.Texts;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Changes many entries. */
@Command(
    name = "apply",
    header = "Sets, patches or deletes many entries: those that 'kv find' selects.",
    description = "First it finds the entries, then it changes them, one after the other, in key"
        + " order. An entry that was changed by others in between stays unchanged and is listed."
        + " Entries keep their expiry, and one that is already as it should be is not written."
        + " With --dry-run it shows what would change, and the etag with which --if-match does just"
        + " that. To change all entries of a store needs it.",
    footer = {
      "  kv apply ui. --contains '.example.com' --patch '{\"retired\": true}' --dry-run",
      "  kv apply http. --type text --pointer '=\"on\"' --set true -m 'booleans, not text'",
      "  kv apply --author importer --older-than 90d --delete --rate 50 --resume cleanup.jsonl",
      "  kv find ui. --type null | grep -v keep | kv apply --keys-from - --delete"
    })
final class ApplyCommand extends Action.OnStore {
  @Mixin
  private Selection selection = new Selection();

  @Option(
      names = "--keys-from",
      paramLabel = "FILE",
      description = "Only these keys, one per line, as 'kv find' prints them; - for the input.")
  private @Nullable Path keysFrom;

  @Option(names = "--set", paramLabel = "VALUE", description = "Write this value, which is JSON.")
  private @Nullable String set;

  @Option(
      names = {"-s", "--string"},
      description = "With --set: the value is plain text.")
  private boolean string;

  @Option(
      names = "--patch",
      paramLabel = "PATCH",
      description = "Apply this JSON Merge Patch: its members replace those of the value, null"
          + " removes one, and all others stay. A value that is no object becomes one.")
  private @Nullable String patch;

  @Option(names = "--delete", description = "Delete the entries.")
  private boolean delete;

  @Mixin
  private IfMatchOption ifMatch = new IfMatchOption();

  @Mixin
  private CommentOption comment = new CommentOption();

  @Option(names = "--dry-run", description = "Show what would change, and change nothing.")
  private boolean dryRun;

  @Option(names = "--rate", paramLabel = "N", description = "At most this many changes a second.")
  private int rate;

  @Option(
      names = "--resume",
      paramLabel = "FILE",
      description = "Record in this file what is to be done and what is done. If the command was"
          + " stopped, by Ctrl-C, kill or an error, the same command goes on there and does nothing"
          + " twice. The file lists keys, no values.")
  private @Nullable Path resume;

  @Override
  public void check(UsageErrors faults) {
    super.check(faults);
    selection.check(faults);
    comment.check(faults);
    // Variables alone, which may be meant for 'log' or 'label', must not change anything.
    set = faults.isGiven("--set") ? set : null;
    patch = faults.isGiven("--patch") ? patch : null;
    delete = faults.isGiven("--delete") && delete;
    if ((set == null ? 0 : 1) + (patch == null ? 0 : 1) + (delete ? 1 : 0) != 1) {
      faults.add("Give one of --set, --patch, --delete");
    }
    if (set == null && faults.isGiven("--string")) {
      faults.add("Give --string with --set only");
    }
    if (rate < 0 || (rate == 0 && faults.isGiven("--rate"))) {
      faults.addFor("--rate", "it must be at least 1");
    }
    faults.exclude(dryRun ? "--dry-run" : null, resume == null ? null : "--resume");
    if (keysFrom == null && selection.isEverything(faults) && !dryRun && !ifMatch.isGiven()) {
      faults.add("Give PREFIX, a condition or --keys-from. To change all entries of the store, make"
          + " a --dry-run and give its etag with --if-match");
    }
  }

  @Override
  int run(KVStore store) throws IOException, InterruptedException {
    EntryChange change = change();
    if (dryRun) {
      show(store, change);
      return ExitCodes.OK;
    }
    if (resume != null) {
      return run(store, change, resume);
    }
    Path file = Files.createTempFile("kv-apply-", ".jsonl", DurableFile.ownerOnly());
    file.toFile().deleteOnExit(); // after Ctrl-C
    try {
      return run(store, change, file);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private EntryChange change() {
    if (set != null) {
      return new EntryChange(
          KVOperation.SET,
          string
              ? Values.ofText(set)
              : json("--set", set, "; for text, add --string or put it in quotes"));
    }
    if (patch == null) {
      return new EntryChange(KVOperation.DELETE, null);
    }
    RawValue value = json("--patch", patch, "");
    if (BsonValues.members(value).isEmpty()) {
      throw CliException.usage("--patch: a merge patch is an object; --set replaces values");
    }
    return new EntryChange(KVOperation.PATCH, value);
  }

  private RawValue json(String option, String text, String hint) {
    try {
      return Values.ofJson(text.getBytes(UTF_8));
    } catch (InvalidInputException e) {
      throw new CliException(ExitCodes.USAGE, option + ": " + e.getMessage() + hint, e);
    }
  }

  private Targets targets() {
    return new Targets(selection, keysFrom, console());
  }

  private void show(KVStore store, EntryChange change) throws IOException {
    ApplyPlan plan = new ApplyPlan(change);
    targets().each(store, (key, entry) -> {
      if (plan.add(key, entry)) {
        if (entry == null) {
          fail(key, ApplyRun.ABSENT);
        } else {
          new Difference(key, Values.of(entry), change.after(entry)).print(console());
        }
      }
    });
    console()
        .print("Would " + (change.isDeletion() ? "delete " : "change ")
            + counts(plan.changed(), plan.unchanged(), plan.absent()) + "; --if-match "
            + plan.fingerprint() + " does just that");
  }

  private static String counts(long changed, long unchanged, long failed) {
    return changed + (changed == 1 ? " entry, " : " entries, ") + unchanged + " unchanged, "
        + failed + " failed";
  }

  private void fail(String key, String problem) {
    note(Texts.oneLine(key) + ": " + problem);
  }

  private int run(KVStore store, EntryChange change, Path file)
      throws IOException, InterruptedException {
    try (Journal journal = Journal.open(file, command(store, change), this::fail)) {
      if (!journal.isResumed()) {
        plan(store, change, journal);
      }
      if (!carryOut(store, change, journal)) {
        return ExitCodes.INTERRUPTED;
      }
      console()
          .print((change.isDeletion() ? "Deleted " : "Changed ")
              + counts(
                  journal.count(Outcome.CHANGED),
                  journal.count(Outcome.UNCHANGED),
                  journal.count(Outcome.FAILED)));
      long failed = journal.count(Outcome.FAILED);
      if (failed > 0) {
        throw new CliException(
            ExitCodes.CONDITION,
            failed + (failed == 1 ? " entry stays as it is" : " entries stay as they are")
                + ": see above");
      }
      return ExitCodes.OK;
    }
  }

  /** Returns a digest of what makes this command another one than others. */
  private String command(KVStore store, EntryChange change) {
    List<String> lines = new ArrayList<>(selection.lines());
    lines.add("store " + store.name());
    lines.add("keys " + keysFrom);
    lines.add(new ApplyPlan(change).fingerprint());
    return HexFormat.of().formatHex(Sha256.of(String.join("\n", lines).getBytes(UTF_8)));
  }

  private void plan(KVStore store, EntryChange change, Journal journal) throws IOException {
    ApplyPlan plan = new ApplyPlan(change);
    journal.beginPlan();
    try (Progress progress = new Progress(console(), "Found")) {
      targets().each(store, (key, entry) -> {
        if (plan.add(key, entry)) {
          journal.plan(new Journal.Step(key, entry == null ? null : entry.etag()));
          progress.tell(plan.changed(), 0);
        }
      });
    }
    String fingerprint = plan.fingerprint();
    if (!ifMatch.condition().equals(WriteCondition.NONE)
        && !ifMatch.condition().holdsFor(fingerprint)) {
      throw PreconditionFailedException.ofMany(
          "What is selected has the fingerprint " + fingerprint + ", the command demanded "
              + ifMatch.condition(),
          fingerprint);
    }
    journal.endPlan(plan.unchanged());
  }

  /** Returns false after Ctrl-C. */
  @SuppressWarnings("try") // what is held is not used otherwise
  private boolean carryOut(KVStore store, EntryChange change, Journal journal)
      throws IOException, InterruptedException {
    Interrupt interrupt = session().interrupt();
    Pace pace = new Pace(rate, System::nanoTime, interrupt::await);
    ApplyRun run = new ApplyRun(store, change, comment, pace, interrupt);
    // Ctrl-C ends it after a write, not in one.
    try (Interrupt.Hold held = interrupt.hold();
        Progress progress = new Progress(console(), change.isDeletion() ? "Deleted" : "Changed")) {
      boolean isComplete = run.run(
          journal,
          (key, problem) -> {
            progress.close();
            fail(key, problem);
          },
          () -> progress.tell(journal.done(), journal.total()));
      if (!isComplete) {
        progress.close();
        tellStopped(journal);
      }
      return isComplete;
    } catch (KVException e) {
      tellStopped(journal);
      throw e;
    }
  }

  private void tellStopped(Journal journal) {
    note("Stopped after " + journal.done() + " of " + journal.total() + " entries"
        + (resume == null ? "" : "; the same command goes on there"));
  }
}
