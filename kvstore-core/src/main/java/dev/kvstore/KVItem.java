package dev.kvstore;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A key with its type, default and rules. Create one per setting and keep it. Immutable and
 * thread-safe. Every method that reads or writes may reach the database and block for up to the
 * store's time limit.
 */
public interface KVItem<T> {
  String key();

  KVType<T> type();

  /**
   * Returns an item whose value is this default if there is no entry. The default is not stored.
   */
  KVItem<T> withDefault(T value);

  /**
   * Returns an item whose values must also satisfy this rule, on writing and on reading. A null
   * violates every rule. The rule must depend on the value alone: a cached value is not checked
   * again.
   *
   * @throws ValidationFailedException if the item's default breaks the rule
   */
  KVItem<T> validatedBy(Validator<? super T> validator);

  /**
   * Returns an item whose value is its default if the stored value breaks a rule, instead of
   * throwing a {@link ValidationFailedException}. The entry has the metadata of the stored value,
   * so you can repair it by compare-and-set. A value of the wrong type is still refused. Has no
   * effect without a default.
   *
   * @since 0.1.0
   */
  KVItem<T> orDefaultWhenInvalid();

  /**
   * Returns the value, or the default if there is no entry; null if a null is stored.
   *
   * @throws KeyNotFoundException if there is neither an entry nor a default
   * @throws TypeMismatchException if the stored value cannot become the type without loss
   * @throws ValidationFailedException if it breaks a rule, see {@link #orDefaultWhenInvalid()}
   */
  @Nullable
  T get();

  /** Like {@link #get()}, at least as fresh as the options require. */
  @Nullable
  T get(ReadOptions options);

  /**
   * Returns the stored value; empty if there is no entry or a null is stored. Ignores the default.
   * Throws as {@link #get()} for an invalid value.
   */
  default Optional<T> find() {
    return find(ReadOptions.DEFAULT);
  }

  /** Like {@link #find()}, at least as fresh as the options require. */
  default Optional<T> find(ReadOptions options) {
    return entry(options).map(KVEntry::value);
  }

  /** Returns the entry; empty if there is none. Throws as {@link #find()}. */
  default Optional<KVEntry<T>> entry() {
    return entry(ReadOptions.DEFAULT);
  }

  /** Like {@link #entry()}, at least as fresh as the options require. */
  Optional<KVEntry<T>> entry(ReadOptions options);

  /**
   * Stores the value.
   *
   * @throws ValidationFailedException if it breaks a rule of this item; nothing was written
   */
  default KVMetadata set(@Nullable T value) {
    return set(value, WriteOptions.DEFAULT);
  }

  /** Like {@link #set(Object)}, with a condition, a time to live or an author. */
  KVMetadata set(@Nullable T value, WriteOptions options);

  /**
   * Stores the default if there is no entry, atomically, and returns the value that is stored now.
   *
   * @throws IllegalStateException if this item has no default
   */
  default @Nullable T setDefault() {
    return setDefault(WriteOptions.DEFAULT).value();
  }

  /**
   * Like {@link #setDefault()}, with the options of {@link KVStore#setDefault(String, KVType,
   * Object, WriteOptions)}. Returns the entry and whether this call stored it.
   */
  SetDefaultResult<T> setDefault(WriteOptions options);

  /**
   * Replaces the value with the result of the function, atomically, and returns the new value. If
   * there is no entry, the function gets the default. It may be called several times and must have
   * no side effects. Clears an expiry.
   *
   * @throws KeyNotFoundException if there is neither an entry nor a default
   * @throws ValidationFailedException if the stored or the new value breaks a rule
   * @throws KVException with {@link ErrorCode#CONFLICT} if others kept changing the key
   */
  default @Nullable T update(UnaryOperator<@Nullable T> function) {
    return update(function, WriteOptions.DEFAULT);
  }

  /** Like {@link #update(UnaryOperator)}, with the options of {@link KVStore#update}. */
  @Nullable
  T update(UnaryOperator<@Nullable T> function, WriteOptions options);

  /** Stores the value if the entry still has this etag. Returns true if the value was stored. */
  boolean compareAndSet(String etag, @Nullable T value);

  /** Returns true if there is an entry, even one with a null; the default does not count. */
  default boolean has() {
    return has(ReadOptions.DEFAULT);
  }

  /** Like {@link #has()}, at least as fresh as the options require. */
  boolean has(ReadOptions options);

  /** Deletes the entry. Returns true if there was one. */
  default boolean delete() {
    return delete(WriteOptions.DEFAULT);
  }

  /**
   * Like {@link #delete()}, with a condition.
   *
   * @throws PreconditionFailedException if the condition does not hold; nothing was deleted
   */
  boolean delete(WriteOptions options);

  /**
   * Calls the listener when the value of this item changes, by any process, until the subscription
   * or the store is closed. This method reads the value once before it returns. Later writes are
   * reported; the initial value is not.
   *
   * <p>The listener is called by one thread at a time, never by the thread that made the change,
   * and may block. Changes that arrive while it runs are merged: only the last one is reported. No
   * version is reported twice. A value of the wrong type or one that breaks a rule is logged once
   * and not reported; with {@link #orDefaultWhenInvalid()} a value that breaks a rule is reported
   * as the default. Exceptions thrown by the listener are logged.
   *
   * @throws TypeMismatchException if the stored value cannot become the type without loss
   * @throws ValidationFailedException if the stored value breaks a rule
   * @throws UnsupportedOperationException if the store has no change feed
   */
  KVSubscription onChange(Consumer<? super KVItemChange<T>> listener);
}
