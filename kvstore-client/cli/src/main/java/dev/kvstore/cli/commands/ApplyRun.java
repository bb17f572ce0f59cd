package dev.kvstore.cli.commands;

import dev.kvstore.EtagReusedException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.cli.commands.Journal.Outcome;
import dev.kvstore.cli.commands.Journal.Step;
import dev.kvstore.cli.options.CommentOption;
import dev.kvstore.cli.terminal.Interrupt;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Carries out the plan of a journal, one conditional write an entry. Not thread-safe. */
final class ApplyRun {
  /** How many entries are read at once, with their values. */
  static final int AT_ONCE = 25;

  /** The problem of a key without an entry. */
  static final String ABSENT = "there is no such entry";

  private final KVStore store;
  private final EntryChange change;
  private final CommentOption comment;
  private final Pace pace;
  private final Interrupt interrupt;

  ApplyRun(
      KVStore store, EntryChange change, CommentOption comment, Pace pace, Interrupt interrupt) {
    this.store = store;
    this.change = change;
    this.comment = comment;
    this.pace = pace;
    this.interrupt = interrupt;
  }

  /**
   * Goes on with the plan, and returns true at its end, false after Ctrl-C.
   *
   * @param failures takes the key and problem of each entry that fails
   * @param progress called after each entry
   * @throws KVException that is not the fault of one entry
   */
  boolean run(Journal journal, BiConsumer<String, String> failures, Runnable progress)
      throws IOException, InterruptedException {
    boolean mayBeDone = journal.isResumed(); // the first step, when the earlier process ended
    for (List<Step> steps = journal.next(AT_ONCE);
        !steps.isEmpty();
        steps = journal.next(AT_ONCE)) {
      Map<String, KVEntry<RawValue>> present = present(steps);
      for (Step step : steps) {
        KVEntry<RawValue> now = present.get(step.key());
        if (now != null && now.etag().equals(step.etag())) {
          pace.await();
        }
        if (interrupt.isRequested()) {
          return false;
        }
        Result result = result(step, now, journal.etagAfter(step), mayBeDone);
        journal.add(step, result.outcome(), result.problem());
        if (result.problem() != null) {
          failures.accept(step.key(), result.problem());
        }
        mayBeDone = false;
        progress.run();
      }
    }
    return true;
  }

  private Map<String, KVEntry<RawValue>> present(List<Step> steps) {
    Map<String, KVEntry<RawValue>> present = new HashMap<>();
    store
        .findEntries(
            steps.stream().map(Step::key).toList(),
            RawValue.TYPE,
            ReadOptions.DEFAULT.bypassingCache())
        .forEach(entry -> present.put(entry.key(), entry));
    return present;
  }

  private Result result(Step step, @Nullable KVEntry<RawValue> now, String own, boolean mayBeDone) {
    if (now == null) {
      return mayBeDone && change.isDeletion() ? Result.CHANGED : absent();
    }
    if (now.etag().equals(own)) {
      return mayBeDone ? Result.CHANGED : Result.UNCHANGED; // the key is there twice
    }
    return now.etag().equals(step.etag()) ? write(now, own) : Result.CONFLICT;
  }

  private Result write(KVEntry<RawValue> now, String own) {
    WriteOptions options = comment.addTo(WriteOptions.ifMatch(now.etag()));
    try {
      RawValue after = change.after(now);
      if (after == null) {
        return store.delete(now.key(), options) ? Result.CHANGED : Result.UNCHANGED;
      }
      store.set(now.key(), after, options.keepingExpiry().etag(own).operation(change.operation()));
      return Result.CHANGED;
    } catch (EtagReusedException e) {
      return Result.UNCHANGED; // the key is there twice
    } catch (PreconditionFailedException e) {
      return e.presentEtag().isPresent() ? Result.CONFLICT : absent();
    } catch (KVException e) {
      return switch (e.code()) {
        case INVALID_VALUE, TOO_LARGE, VALIDATION_FAILED, TYPE_MISMATCH, CONFLICT ->
          new Result(Outcome.FAILED, String.valueOf(e.getMessage()));
        default -> throw e;
      };
    }
  }

  private Result absent() {
    return change.isDeletion() ? Result.UNCHANGED : Result.ABSENT;
  }

  /** @param problem why it failed; null if it did not */
  private record Result(Outcome outcome, @Nullable String problem) {
    static final Result CHANGED = new Result(Outcome.CHANGED, null);
    static final Result UNCHANGED = new Result(Outcome.UNCHANGED, null);
    static final Result ABSENT = new Result(Outcome.FAILED, ApplyRun.ABSENT);
    static final Result CONFLICT =
        new Result(Outcome.FAILED, "changed meanwhile, and left as it is");
  }
}
