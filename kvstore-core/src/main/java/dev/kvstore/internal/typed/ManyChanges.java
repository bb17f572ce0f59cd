package dev.kvstore.internal.typed;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.ChangeReport;
import dev.kvstore.ChangeReport.Kind;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVOperation;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.support.Contention;
import dev.kvstore.internal.support.Sha256;
import dev.kvstore.internal.transfer.ReportBuilder;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A change of many entries of a store: planned first, then checked against a dry run, then written,
 * all together if the store can.
 */
public abstract class ManyChanges {
  static final String CHANGED = "The entry was changed meanwhile";
  static final String NOT_COPIED = "The entry stays, as it was not copied";

  private static final int MOST_CHANGES = 10_000;

  /** How much memory the values to write may take, as all are written together. */
  private static final long MOST_BYTES = 64 * 1024 * 1024;

  private final EntryStore store;
  private final Cause cause;
  private final String name;
  private final boolean dryRun;
  private final Optional<String> fingerprint;

  /**
   * @param store which is written
   * @param cause the author and comment of all changes
   * @param name of the change, for messages
   * @param fingerprint that the plan must have; empty for no condition
   */
  ManyChanges(
      EntryStore store, Cause cause, String name, boolean dryRun, Optional<String> fingerprint) {
    this.store = store;
    this.cause = cause;
    this.name = name;
    this.dryRun = dryRun;
    this.fingerprint = fingerprint;
  }

  /** Compares what is there with what is to be there. Writes nothing. */
  abstract Plan plan();

  /** Returns the mutation that writes the value under {@link Step#condition}. */
  abstract Mutation.Put put(Step step, KVEntry<RawValue> then);

  /** Returns the operation that is recorded for the deletion of an entry. */
  abstract KVOperation ofDeletion();

  /**
   * Does the plan's steps in the other store, once those in this one are done.
   *
   * @param failed gets those that fail, with the reason
   */
  void finish(Plan plan, Map<Step, String> failed) {}

  public final ChangeReport run() {
    Contention contention = new Contention(name);
    while (true) {
      Plan plan = plan();
      String present = plan.fingerprint();
      if (!fingerprint.orElse(present).equals(present)) {
        throw PreconditionFailedException.ofMany(
            "The " + name + " has the fingerprint " + present + " now, the request demanded "
                + fingerprint.orElseThrow(),
            present);
      }
      if (dryRun) {
        return plan.report(Map.of(), present);
      }
      try {
        Map<Step, String> failed = write(plan);
        finish(plan, failed);
        return plan.report(failed, null);
      } catch (PreconditionFailedException e) { // of an entry, since it was looked at
        if (fingerprint.isPresent()) {
          throw PreconditionFailedException.ofMany(
              "The entries of the " + name + " have changed since the dry run; nothing was written",
              null);
        }
        held(-plan.bytes);
        contention.lost();
      }
    }
  }

  /** Returns the steps that failed, if the store cannot do all or none. */
  private Map<Step, String> write(Plan plan) {
    Map<Step, String> failed = new HashMap<>();
    if (!plan.steps.isEmpty()) {
      try {
        store.apply(new Mutation.All(plan.steps.stream().map(this::mutation).toList()));
      } catch (AtomicNotSupportedException e) {
        oneByOne(plan.steps, failed);
      }
    }
    return failed;
  }

  private Mutation<?> mutation(Step step) {
    if (step.then != null) {
      return put(step, step.then);
    }
    WriteOptions deletion =
        WriteOptions.DEFAULT.condition(step.condition()).operation(ofDeletion());
    return new Mutation.Delete(
        step.key, cause.addTo(deletion, WriteOptions::author, WriteOptions::comment));
  }

  private void oneByOne(List<Step> steps, Map<Step, String> failed) {
    int done = 0;
    for (Step step : steps) {
      if (step.first != null && failed.containsKey(step.first)) {
        failed.put(step, NOT_COPIED);
        continue;
      }
      try {
        store.apply(mutation(step));
        done++;
      } catch (PreconditionFailedException e) {
        failed.put(step, CHANGED);
      } catch (KVException e) {
        throw done == 0 ? e : unfinished(done + " of " + steps.size() + " changes", e);
      }
    }
  }

  /** Returns the failure of a change of which a part was done. */
  final OutcomeUnknownException unfinished(String part, KVException cause) {
    return new OutcomeUnknownException(
        "Of the " + name + " only " + part + " were done: send it again. " + cause.getMessage(),
        cause);
  }

  /** An entry that is to change; either state can be absent. Equal to itself alone. */
  static final class Step {
    final String key;
    final @Nullable KVEntry<RawValue> now;
    final @Nullable KVEntry<RawValue> then;
    final @Nullable Step first;

    /**
     * @param key under which it is
     * @param now the entry that is there
     * @param then the entry whose value is to be there
     * @param first the step without which this one is not done; null for none
     */
    Step(
        String key,
        @Nullable KVEntry<RawValue> now,
        @Nullable KVEntry<RawValue> then,
        @Nullable Step first) {
      this.key = key;
      this.now = now;
      this.then = then;
      this.first = first;
    }

    /** Returns the condition that the entry is what was planned with. */
    WriteCondition condition() {
      return now == null ? WriteCondition.IF_ABSENT : WriteCondition.ifMatch(now.etag());
    }

    private Kind change() {
      return then == null ? Kind.DELETED : now == null ? Kind.CREATED : Kind.CHANGED;
    }
  }

  /** The planned changes. */
  final class Plan {
    private final List<Step> steps = new ArrayList<>();
    private final List<Step> others = new ArrayList<>();
    private long unchanged;
    private long bytes;

    void unchanged() {
      unchanged++;
    }

    /** Returns the steps in the other store. */
    List<Step> others() {
      return others;
    }

    /** Adds a step in the store. */
    void add(Step step) {
      add(step, steps);
    }

    /** Adds a step in the other store, see {@link #finish}. */
    void addOther(Step step) {
      add(step, others);
    }

    private void add(Step step, List<Step> to) {
      to.add(step);
      // What is deleted once it is copied was counted when it was to be copied.
      long more = step.key.length() + size(step.then) + (step.first == null ? size(step.now) : 0);
      bytes += more;
      if (steps.size() + others.size() > MOST_CHANGES || bytes > MOST_BYTES) {
        throw new InvalidInputException(
            ErrorCode.TOO_LARGE,
            "The " + name + " would change more than " + MOST_CHANGES
                + " entries or hold more than 64 MiB at once; nothing was written. Do it for"
                + " longer prefixes or fewer keys, one after the other");
      }
      held(more);
    }

    /** Returns a text that stands for these steps, each from and to what it is. */
    private String fingerprint() {
      MessageDigest digest = Sha256.start();
      digest.update(store.name().getBytes(UTF_8));
      Stream.concat(steps.stream(), others.stream())
          // No key has a line feed.
          .map(step -> step.key + '\n' + etag(step.now) + '\n' + etag(step.then) + '\n')
          .forEach(line -> digest.update(line.getBytes(UTF_8)));
      return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private ChangeReport report(Map<Step, String> failed, @Nullable String ofDryRun) {
      ReportBuilder report = new ReportBuilder();
      report.unchanged(unchanged);
      Stream.concat(steps.stream(), others.stream()).forEach(step -> {
        String problem = failed.get(step);
        Kind change = problem == null ? step.change() : Kind.FAILED;
        report.add(step.key, change, value(step.now), value(step.then), 0, problem);
      });
      return report.build(ofDryRun);
    }
  }

  /** Called with the bytes of each change that is planned, negative once they are not held. */
  void held(long bytes) {}

  private static String etag(@Nullable KVEntry<?> entry) {
    return entry == null ? "" : entry.etag();
  }

  static long size(@Nullable KVEntry<RawValue> entry) {
    return entry == null ? 0 : Objects.requireNonNull(entry.value()).size();
  }

  private static @Nullable RawValue value(@Nullable KVEntry<RawValue> entry) {
    return entry == null ? null : entry.value();
  }
}
