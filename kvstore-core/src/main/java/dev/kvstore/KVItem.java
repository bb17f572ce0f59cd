package dev.kvstore;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One key with its type, its default and its rules: make one per setting and keep it. Immutable and
 * thread-safe; it holds no value of its own. Every method that reads or writes may reach the
 * database and block for as long as the store's time limit.
 *
 * @param <T> the value's type
 */
public interface KVItem<T> {
  String key();

  KVType<T> type();

  /**
   * Returns an item that reads as this value where there is no entry. The default is not stored.
   */
  KVItem<T> withDefault(T value);

  /**
   * Returns an item whose values must satisfy this rule too, when they are written and when they
   * are read. Where there are rules, null breaks them. The rule must depend on the value alone: a
   * value that a near-cache holds is not checked again.
   *
   * @throws ValidationFailedException if the item's default breaks the rule
   */
  KVItem<T> validatedBy(Validator<? super T> validator);

  /**
   * Returns an item that reads as its default where the stored value breaks a rule, in place of a
   * {@link ValidationFailedException}. An entry keeps its metadata, so that a compare-and-set can
   * repair it. What cannot become the type is refused still. Without a default nothing changes.
   *
   * @since 0.1.0
   */
  KVItem<T> orDefaultWhenInvalid();

  /**
   * Returns the value, or the default where there is no entry; null where a null is stored.
   *
   * @throws KeyNotFoundException if there is neither an entry nor a default
   * @throws TypeMismatchException if what is stored cannot become the type without loss
   * @throws ValidationFailedException if it breaks a rule, see {@link #orDefaultWhenInvalid()}
   */
  @Nullable
  T get();

  /** As {@link #get()}, not older than the options demand. */
  @Nullable
  T get(ReadOptions options);

  /**
   * Returns the stored value; empty where there is no entry (the default does not count) or a null
   * is stored. Throws as {@link #get()} for a value that is not valid.
   */
  default Optional<T> find() {
    return find(ReadOptions.DEFAULT);
  }

  /** As {@link #find()}, not older than the options demand. */
  default Optional<T> find(ReadOptions options) {
    return entry(options).map(KVEntry::value);
  }

  /** Returns the entry; empty where there is none. Throws as {@link #find()}. */
  default Optional<KVEntry<T>> entry() {
    return entry(ReadOptions.DEFAULT);
  }

  /** As {@link #entry()}, not older than the options demand. */
  Optional<KVEntry<T>> entry(ReadOptions options);

  /**
   * Stores the value.
   *
   * @throws ValidationFailedException if it breaks a rule of this item; nothing was written
   */
  default KVMetadata set(@Nullable T value) {
    return set(value, WriteOptions.DEFAULT);
  }

  /** As {@link #set(Object)}, with a condition, a time to live or an author. */
  KVMetadata set(@Nullable T value, WriteOptions options);

  /**
   * Stores the default if there is no entry, atomically, and returns what is stored then.
   *
   * @throws IllegalStateException if this item has no default
   */
  default @Nullable T setDefault() {
    return setDefault(WriteOptions.DEFAULT).value();
  }

  /**
   * As {@link #setDefault()}, with the options of {@link KVStore#setDefault(String, KVType, Object,
   * WriteOptions)}. Returns the entry and whether this call stored it.
   */
  SetDefaultResult<T> setDefault(WriteOptions options);

  /**
   * Replaces the value by what the function makes of it, atomically, and returns the new value.
   * Where there is no entry the function gets the default. It may be called several times, so it
   * must have no side effects. An expiry is cleared.
   *
   * @throws KeyNotFoundException if there is neither an entry nor a default
   * @throws ValidationFailedException if the value that is stored or the new one breaks a rule
   * @throws KVException with {@link ErrorCode#CONFLICT} if others kept changing the key
   */
  default @Nullable T update(UnaryOperator<@Nullable T> function) {
    return update(function, WriteOptions.DEFAULT);
  }

  /**
   * As {@link #update(UnaryOperator)}, with the options of {@link KVStore#update(String, Class,
   * UnaryOperator, WriteOptions)}.
   */
  @Nullable
  T update(UnaryOperator<@Nullable T> function, WriteOptions options);

  /** Stores the value if the entry's etag is still this one, and returns true if it did. */
  boolean compareAndSet(String etag, @Nullable T value);

  /** Returns true if there is an entry; a stored null is one, the default is not. */
  default boolean has() {
    return has(ReadOptions.DEFAULT);
  }

  /** As {@link #has()}, not older than the options demand. */
  boolean has(ReadOptions options);

  /** Deletes the entry and returns true if there was one. */
  default boolean delete() {
    return delete(WriteOptions.DEFAULT);
  }

  /**
   * As {@link #delete()}, with a condition.
   *
   * @throws PreconditionFailedException if the condition does not hold; nothing was deleted
   */
  boolean delete(WriteOptions options);

  /**
   * Tells the listener when what this item reads has changed, whoever changes it, until the
   * subscription or the store is closed. Reads once before it returns, and what is written after
   * that is told; the value of that time is not.
   *
   * <p>The listener is called by one thread at a time, never by the one that made the change, and
   * may block. Of changes that come faster than it takes them it is told the last; no version is
   * told twice. What cannot become the type without loss or breaks a rule is logged once and not
   * told; with {@link #orDefaultWhenInvalid()} a value that breaks a rule is told as the default.
   * Exceptions of the listener are logged.
   *
   * @throws TypeMismatchException if what is stored cannot become the type without loss
   * @throws ValidationFailedException if what is stored breaks a rule
   * @throws UnsupportedOperationException if the store cannot tell of changes
   */
  KVSubscription onChange(Consumer<? super KVItemChange<T>> listener);
}
