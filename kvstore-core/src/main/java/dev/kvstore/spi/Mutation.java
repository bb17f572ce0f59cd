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
import dev.kvstore.SetDefaultResult;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A write, applied by {@link EntryStore#apply}. A layer needs only the keys and the result; a back
 * end distinguishes the kinds through {@link #applyTo}.
 *
 * <pre>{@code
 * public <R> R apply(Mutation<R> mutation) {
 *   R result = store.apply(mutation);
 *   mutations.increment();
 *   return result;
 * }
 * }</pre>
 *
 * @param <R> the type of the result
 */
public sealed interface Mutation<R> {
  /** Returns the keys that are written. */
  Collection<String> keys();

  /** Calls the handler's method for this kind. */
  R applyTo(Handler handler);

  /**
   * Returns the entry that is stored now, from the result of {@link EntryStore#apply}; empty for
   * kinds that do not return one.
   */
  default Optional<KVEntry<RawValue>> entry(R result) {
    return Optional.empty();
  }

  /**
   * Returns the result of {@link EntryStore#apply} if the mutation does not change this entry, and
   * null if it must be applied.
   *
   * @throws EtagReusedException if the mutation has the same etag as the entry
   */
  default @Nullable R unchanged(KVEntry<RawValue> present) {
    return null;
  }

  /** Applies each kind of mutation. Implemented by back ends. */
  interface Handler {
    KVMetadata put(Put put);

    SetDefaultResult<RawValue> putIfAbsent(PutIfAbsent put);

    KVEntry<RawValue> add(Add add);

    boolean delete(Delete delete);

    BatchResult batch(Batch batch);

    DeleteResult deleteMany(DeleteMany deletion);

    default List<Boolean> all(All all) {
      throw new AtomicNotSupportedException(
          "This store cannot change several entries together; nothing was written");
    }
  }

  /**
   * Writes the value. Fails with {@link PreconditionFailedException} if the write's condition does
   * not hold, and with {@link EtagReusedException} if the entry already has the write's etag,
   * whether or not the condition holds. The same is true of the other kinds that have an etag.
   *
   * <p>The entry gets the write's etag if it has one. Without an entry this is a create: version 1
   * and a new {@code createdAt}.
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
   * Writes the value if there is no entry, ignoring the write's condition, and returns the entry
   * that is stored now.
   */
  record PutIfAbsent(Write write) implements Mutation<SetDefaultResult<RawValue>> {
    public PutIfAbsent {
      Objects.requireNonNull(write, "write");
    }

    @Override
    public Collection<String> keys() {
      return Set.of(write.key());
    }

    @Override
    public SetDefaultResult<RawValue> applyTo(Handler handler) {
      return handler.putIfAbsent(this);
    }

    @Override
    public Optional<KVEntry<RawValue>> entry(SetDefaultResult<RawValue> kept) {
      return Optional.of(kept.entry());
    }

    @Override
    public SetDefaultResult<RawValue> unchanged(KVEntry<RawValue> present) {
      EtagReusedException.check(write.key(), write.etag(), present.etag());
      return new SetDefaultResult<>(present, false);
    }
  }

  /**
   * Adds to a whole number, int32 or int64; no entry counts as 0. The sum is an int64 if it does
   * not fit into an int32 or an int64 is stored. The time to live of the options applies to a new
   * entry; an existing one keeps its expiry. Fails with {@link TypeMismatchException}, and changes
   * nothing, if something else is stored or the sum does not fit into an int64.
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

  /** Deletes the entry. Returns true if there was one. */
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
   * Deletes the entries whose condition holds. Others stay and are listed in
   * {@link DeleteResult#changed()}; if the options ask for an atomic deletion, it fails with
   * {@link PreconditionFailedException} instead and deletes nothing. A key without an entry or
   * condition is left out of the result. Fails with {@link AtomicNotSupportedException}, and
   * deletes nothing, if the store cannot delete atomically. Ignores dry run and fingerprint.
   *
   * @param conditions the condition of each key, none or an etag; at most 1,000 keys unless the
   *     deletion is atomic
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
   * options ask for an atomic batch and the store has no transactions.
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

  /**
   * Applies all parts or none, each under its condition. Returns for each part whether it changed
   * anything. Fails if any part fails, with the exception of that part, and with
   * {@link AtomicNotSupportedException}, before anything is written, if the store has no
   * transactions.
   *
   * @param parts a {@link Put} or {@link Delete} each, with different keys
   */
  record All(List<Mutation<?>> parts) implements Mutation<List<Boolean>> {
    public All {
      parts = List.copyOf(parts);
      for (Mutation<?> part : parts) {
        if (!(part instanceof Put) && !(part instanceof Delete)) {
          throw new IllegalArgumentException("A part is neither a put nor a delete");
        }
      }
    }

    @Override
    public Collection<String> keys() {
      return parts.stream().flatMap(part -> part.keys().stream()).toList();
    }

    @Override
    public List<Boolean> applyTo(Handler handler) {
      return handler.all(this);
    }
  }
}
