package dev.kvstore.internal.typed;

import dev.kvstore.KVEntry;
import dev.kvstore.KVOperation;
import dev.kvstore.ReadOptions;
import dev.kvstore.RollbackOptions;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.time.Instant;
import java.util.Objects;
import java.util.function.LongConsumer;

/** A rollback of all entries under a prefix to their state at an instant. */
public final class Rollback extends ManyChanges {
  private final EntryStore store;
  private final KeyRange range;
  private final Instant at;
  private final RollbackOptions options;
  private final LongConsumer held;

  /**
   * @param held called with the bytes of each entry that is held in memory until all are written,
   *     and with a negative number when entries are read again
   */
  public Rollback(
      EntryStore store, String prefix, Instant at, RollbackOptions options, LongConsumer held) {
    super(
        store,
        Cause.of(options),
        "rollback of '" + prefix + "'",
        options.isDryRun(),
        options.fingerprint());
    this.store = store;
    this.range = new KeyRange(prefix, null);
    this.at = at;
    this.options = options;
    this.held = held;
  }

  @Override
  void held(long bytes) {
    held.accept(bytes);
  }

  @Override
  Mutation.Put put(Step step, KVEntry<RawValue> then) {
    Cause cause =
        Cause.of(options).from(KVOperation.ROLLBACK, TypedHistory.source(then.metadata()));
    RawValue value = Objects.requireNonNull(then.value());
    return new Mutation.Put(
        new Write(step.key, value, step.condition(), null, null, true, cause, null));
  }

  @Override
  KVOperation ofDeletion() {
    return KVOperation.ROLLBACK;
  }

  /** Compares the current entries with those at the instant. */
  @Override
  Plan plan() {
    Plan plan = new Plan();
    EntryPairs pairs = new EntryPairs(
        side(ReadOptions.DEFAULT.bypassingCache()), side(ReadOptions.DEFAULT.at(at)));
    while (pairs.hasNext()) {
      EntryPairs.Pair pair = pairs.next();
      if (pair.isSame()) {
        plan.unchanged();
      } else {
        KVEntry<RawValue> any = pair.left() == null ? pair.right() : pair.left();
        plan.add(new Step(Objects.requireNonNull(any).key(), pair.left(), pair.right(), null));
      }
    }
    return plan;
  }

  private EntryPairs.Side side(ReadOptions freshness) {
    return new EntryPairs.Side(store, range, range.prefix(), freshness);
  }
}
