package dev.kvstore.spi;

import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.DeleteOptions;
import dev.kvstore.DeleteResult;
import dev.kvstore.EtagReusedException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A write, as {@link EntryStore#apply} takes it. A layer looks at the keys and the outcome; only a
 * back end has to know the kinds, and gets at them by {@link #applyTo}.
 *
 * <pre>{@code
 * public <R> R apply(Mutation<R> mutation) {
 *   R result = store.apply(mutation);
 *   mutations.increment();
 *   return result;
 * }
 * }</pre>
 *
 * @param <R> what it returns
 */
public sealed interface Mutation<R> {
  /** Returns the keys that it is about. */
  Collection<String> keys();

  /** Calls the method of the handler that is for this kind. */
  R applyTo(Handler handler);

  /**
   * Returns the entry that is stored now, given what {@link EntryStore#apply} returned; empty for
   * the kinds that do not return one.
   */
  default Optional<KVEntry<RawValue>> entry(R result) {
    return Optional.empty();
  }

  /**
   * Returns what {@link EntryStore#apply} returns over this entry, if the mutation leaves it as it
   * is; null if it has to be done.
   *
   * @throws EtagReusedException if the mutation brings the etag that the entry has
   */
  default @Nullable R unchanged(KVEntry<RawValue> present) {
    return null;
  }

  /** Does each kind of mutation: what a back end implements. */
  interface Handler {
    KVMetadata put(Put put);

    Defaulted putIfAbsent(PutIfAbsent put);

    KVEntry<RawValue> add(Add add);

    boolean delete(Delete delete);

    BatchResult batch(Batch batch);

    DeleteResult deleteMany(DeleteMany deletion);
  }

  /**
   * Writes the value. Fails with {@link PreconditionFailedException} if the write's condition does
   * not hold, and with {@link EtagReusedException} if the write brings the etag that the entry has,
   * whether or not its condition holds. The same is true of the other kinds that can bring an etag.
   *
   * <p>The entry has the write's own etag then, where it brings one. Over no entry it is a create:
   * version 1 and a new {@code createdAt}.
   */
  record Put(Write write) implements Mutation<KVMetadata> {
    public Put {
      Objects.requireNonNull(write, "write");
    }

    @Override
    public Collection<String> keys() {
      return Set.of(write.key());
    }

    @Override
    public KVMetadata applyTo(Handler handler) {
      return handler.put(this);
    }

    @Override
    public Optional<KVEntry<RawValue>> entry(KVMetadata written) {
      return Optional.of(KVEntry.of(write.value(), written));
    }
  }

  /**
   * Writes the value if there is no entry, whatever the write's condition says, and returns what is
   * stored then.
   */
  record PutIfAbsent(Write write) implements Mutation<Defaulted> {
    public PutIfAbsent {
      Objects.requireNonNull(write, "write");
    }

    @Override
    public Collection<String> keys() {
      return Set.of(write.key());
    }

    @Override
    public Defaulted applyTo(Handler handler) {
      return handler.putIfAbsent(this);
    }

    @Override
    public Optional<KVEntry<RawValue>> entry(Defaulted kept) {
      return Optional.of(kept.entry());
    }

    @Override
    public Defaulted unchanged(KVEntry<RawValue> present) {
      EtagReusedException.check(write.key(), write.etag(), present.etag());
      return new Defaulted(present, false);
    }
  }

  /**
   * Adds to a whole number, int32 or int64; no entry counts as 0. The sum is an int64 if it does
   * not fit into an int32 or an int64 is stored. The time to live of the options is that of an
   * entry which is created; one that is there keeps its own. Fails with
   * {@link TypeMismatchException} if something else is stored or the sum does not fit into an
   * int64; nothing is changed then.
   */
  record Add(String key, long by, WriteOptions options) implements Mutation<KVEntry<RawValue>> {
    public Add {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(options, "options");
    }

    @Override
    public Collection<String> keys() {
      return Set.of(key);
    }

    @Override
    public KVEntry<RawValue> applyTo(Handler handler) {
      return handler.add(this);
    }

    @Override
    public Optional<KVEntry<RawValue>> entry(KVEntry<RawValue> sum) {
      return Optional.of(sum);
    }
  }

  /** Deletes the entry. Returns whether there was one. */
  record Delete(String key, WriteOptions options) implements Mutation<Boolean> {
    public Delete {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(options, "options");
    }

    @Override
    public Collection<String> keys() {
      return Set.of(key);
    }

    @Override
    public Boolean applyTo(Handler handler) {
      return handler.delete(this);
    }
  }

  /**
   * Deletes the entries for which the conditions hold. The others stay and are among
   * {@link DeleteResult#changed()}; but where the options ask for one atomic step, it fails with
   * {@link PreconditionFailedException} and deletes nothing. A key that has no entry and needs none
   * is left out of the result. Fails with {@link AtomicNotSupportedException}, and deletes nothing,
   * if the store has no atomic step. A dry run and a fingerprint do not concern it.
   *
   * @param conditions by key, each none or an etag; a thousand at most unless all have to be
   *     deleted in one step
   */
  record DeleteMany(Map<String, WriteCondition> conditions, DeleteOptions options)
      implements Mutation<DeleteResult> {
    public DeleteMany {
      conditions = Collections.unmodifiableMap(new LinkedHashMap<>(conditions));
      Objects.requireNonNull(options, "options");
    }

    @Override
    public Collection<String> keys() {
      return conditions.keySet();
    }

    @Override
    public DeleteResult applyTo(Handler handler) {
      return handler.deleteMany(this);
    }
  }

  /**
   * Writes all values. Fails with {@link AtomicNotSupportedException}, and writes nothing, if the
   * options ask for one atomic step and the store has none.
   */
  record Batch(Map<String, RawValue> values, BatchOptions options)
      implements Mutation<BatchResult> {
    public Batch {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
      Objects.requireNonNull(options, "options");
    }

    @Override
    public Collection<String> keys() {
      return values.keySet();
    }

    @Override
    public BatchResult applyTo(Handler handler) {
      return handler.batch(this);
    }
  }
}
