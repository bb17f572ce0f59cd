package dev.kvstore.internal.typed;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.ChangeReport;
import dev.kvstore.ChangeReport.Kind;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVOperation;
import dev.kvstore.KVQuery;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.RevisionSource;
import dev.kvstore.RollbackOptions;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.support.Contention;
import dev.kvstore.internal.support.KeyOrder;
import dev.kvstore.internal.support.Sha256;
import dev.kvstore.internal.transfer.ReportBuilder;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A rollback of all entries under a prefix to their state at an instant. */
record Rollback(EntryStore store, String prefix, Instant at, RollbackOptions options) {
  private static final int MOST_CHANGES = 10_000;

  /** The maximum memory of the values to restore, because all are written together. */
  private static final long MOST_BYTES = 64 * 1024 * 1024;

  ChangeReport run() {
    Contention contention = new Contention(prefix);
    while (true) {
      Plan plan = plan();
      String present = plan.fingerprint();
      if (!options.fingerprint().orElse(present).equals(present)) {
        throw PreconditionFailedException.ofMany(
            "The entries under '" + prefix + "' have the fingerprint " + present
                + ", the rollback demanded " + options.fingerprint().orElseThrow(),
            present);
      }
      if (options.isDryRun() || plan.steps.isEmpty()) {
        return plan.report(List.of());
      }
      try {
        store.apply(new Mutation.All(plan.steps.stream().map(this::mutation).toList()));
        return plan.report(List.of());
      } catch (AtomicNotSupportedException e) {
        return plan.report(oneByOne(plan));
      } catch (PreconditionFailedException e) {
        if (options.fingerprint().isPresent()) {
          throw PreconditionFailedException.ofMany(
              "The entries under '" + prefix + "' have changed since the dry run; nothing was"
                  + " written",
              null);
        }
        contention.lost();
      }
    }
  }

  /** Returns the steps that failed. */
  private List<Step> oneByOne(Plan plan) {
    List<Step> failed = new ArrayList<>();
    for (Step step : plan.steps) {
      try {
        store.apply(mutation(step));
      } catch (PreconditionFailedException e) {
        failed.add(step);
      }
    }
    return failed;
  }

  private Mutation<?> mutation(Step step) {
    WriteCondition unchanged =
        step.now == null ? WriteCondition.IF_ABSENT : WriteCondition.ifMatch(step.now.etag());
    WriteOptions deletion = WriteOptions.DEFAULT.condition(unchanged);
    if (options.author().isPresent()) {
      deletion = deletion.author(options.author().get());
    }
    if (options.comment().isPresent()) {
      deletion = deletion.comment(options.comment().get());
    }
    if (step.then == null) {
      return new Mutation.Delete(step.key(), deletion.operation(KVOperation.ROLLBACK));
    }
    RevisionSource source = TypedHistory.source(step.then.metadata());
    Cause cause = Cause.of(deletion).from(KVOperation.ROLLBACK, source);
    RawValue value = Objects.requireNonNull(step.then.value());
    return new Mutation.Put(new Write(step.key(), value, unchanged, null, true, cause, null));
  }

  /** Compares the current entries with those at the instant, both in key order. */
  private Plan plan() {
    KeyRange range = new KeyRange(prefix, null);
    Entries then = new Entries(stream(range, ReadOptions.DEFAULT.at(at)));
    Entries now = new Entries(stream(range, ReadOptions.DEFAULT.bypassingCache()));
    List<Step> steps = new ArrayList<>();
    long unchanged = 0;
    long bytes = 0;
    while (then.head != null || now.head != null) {
      int order = order(now.head, then.head);
      Step step = new Step(order <= 0 ? now.take() : null, order >= 0 ? then.take() : null);
      if (step.isNeeded()) {
        steps.add(step);
        bytes += step.bytes();
        check(steps.size(), bytes);
      } else {
        unchanged++;
      }
    }
    return new Plan(steps, unchanged, options.isDryRun());
  }

  private Iterator<KVEntry<RawValue>> stream(KeyRange range, ReadOptions freshness) {
    return store.stream(range, Projection.ENTRIES, KVQuery.MAX_LIMIT, freshness).iterator();
  }

  private static int order(@Nullable KVEntry<?> one, @Nullable KVEntry<?> other) {
    if (one == null || other == null) {
      return one == null ? 1 : -1;
    }
    return KeyOrder.INSTANCE.compare(one.key(), other.key());
  }

  private void check(int changes, long bytes) {
    if (changes > MOST_CHANGES || bytes > MOST_BYTES) {
      throw new InvalidInputException(
          ErrorCode.TOO_LARGE,
          "The rollback of '" + prefix + "' would change more than " + MOST_CHANGES
              + " entries or 64 MiB at once; nothing was written. Roll back longer prefixes, one"
              + " after the other");
    }
  }

  private static final class Entries {
    private final Iterator<KVEntry<RawValue>> rest;
    private @Nullable KVEntry<RawValue> head;

    Entries(Iterator<KVEntry<RawValue>> rest) {
      this.rest = rest;
      take();
    }

    /** Returns the current entry and advances to the next one. */
    @Nullable
    KVEntry<RawValue> take() {
      KVEntry<RawValue> taken = head;
      head = rest.hasNext() ? rest.next() : null;
      return taken;
    }
  }

  /** An entry now and at the instant; either can be absent. */
  private record Step(
      @Nullable KVEntry<RawValue> now, @Nullable KVEntry<RawValue> then) {
    String key() {
      return Objects.requireNonNull(now == null ? then : now).key();
    }

    boolean isNeeded() {
      return now == null || then == null || !Objects.equals(now.value(), then.value());
    }

    long bytes() {
      long key = key().length();
      return key + (then == null ? 0 : Objects.requireNonNull(then.value()).size());
    }

    Kind change() {
      return then == null ? Kind.DELETED : now == null ? Kind.CREATED : Kind.CHANGED;
    }

    @Nullable
    static RawValue value(@Nullable KVEntry<RawValue> entry) {
      return entry == null ? null : entry.value();
    }
  }

  private record Plan(List<Step> steps, long unchanged, boolean dryRun) {
    /** Returns a fingerprint of these steps, each with its current and its restored state. */
    String fingerprint() {
      MessageDigest digest = Sha256.start();
      for (Step step : steps) {
        // Keys contain no line feeds.
        String line = step.key() + '\n' + etag(step.now) + '\n' + etag(step.then) + '\n';
        digest.update(line.getBytes(UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private static String etag(@Nullable KVEntry<?> entry) {
      return entry == null ? "" : entry.etag();
    }

    ChangeReport report(List<Step> failed) {
      ReportBuilder report = new ReportBuilder();
      report.unchanged(unchanged);
      for (Step step : steps) {
        boolean kept = failed.contains(step);
        report.add(
            step.key(),
            kept ? Kind.FAILED : step.change(),
            Step.value(step.now),
            Step.value(step.then),
            0,
            kept ? "The entry was changed meanwhile" : null);
      }
      return report.build(dryRun ? fingerprint() : null);
    }
  }
}
