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
   * Returns an item whose writes must satisfy this rule too. Reads are not checked. Where there are
   * rules, null is refused.
   *
   * @throws ValidationFailedException if the item's default breaks the rule
   */
  KVItem<T> validatedBy(Validator<? super T> validator);

  /**
   * Returns the value, or the default where there is no entry; null where a null is stored.
   *
   * @throws KeyNotFoundException if there is neither an entry nor a default
   * @throws TypeMismatchException if what is stored cannot become the type without loss
   */
  @Nullable
  T get();

  /**
   * Returns the stored value; empty where there is no entry (the default does not count) or a null
   * is stored.
   */
  Optional<T> find();

  /** Returns the entry; empty where there is none. */
  Optional<KVEntry<T>> entry();

  /** As {@link #entry()}, not older than the options demand. */
  Optional<KVEntry<T>> entry(ReadOptions options);

  /**
   * Stores the value.
   *
   * @throws ValidationFailedException if it breaks a rule of this item; nothing was written
   */
  KVMetadata set(@Nullable T value);

  /** As {@link #set(Object)}, with a condition, a time to live or an author. */
  KVMetadata set(@Nullable T value, WriteOptions options);

  /**
   * Stores the default if there is no entry, atomically, and returns what is stored then.
   *
   * @throws IllegalStateException if this item has no default
   */
  @Nullable
  T setDefault();

  /**
   * Replaces the value by what the function makes of it, atomically, and returns the new value.
   * Where there is no entry the function gets the default. It may be called several times, so it
   * must have no side effects. An expiry is cleared.
   *
   * @throws KeyNotFoundException if there is neither an entry nor a default
   * @throws KVException with {@link ErrorCode#CONFLICT} if others kept changing the key
   */
  @Nullable
  T update(UnaryOperator<@Nullable T> function);

  /** Stores the value if the entry's etag is still this one, and tells whether it did. */
  boolean compareAndSet(String etag, @Nullable T value);

  /** Tells whether there is an entry; a stored null is one, the default is not. */
  boolean has();

  /** Deletes the entry and tells whether there was one. */
  boolean delete();

  /**
   * Tells the listener when what this item reads has changed, whoever changes it, until the
   * subscription or the store is closed. Reads once before it returns, and what is written after
   * that is told; the value of that time is not.
   *
   * <p>The listener is called by one thread at a time, never by the one that made the change, and
   * may block. Of changes that come faster than it takes them it is told the last; no version is
   * told twice. What cannot become the type without loss is logged and not told, and what the
   * listener throws is logged.
   *
   * @throws TypeMismatchException if what is stored cannot become the type without loss
   * @throws UnsupportedOperationException if the store cannot tell of changes
   */
  KVSubscription onChange(Consumer<? super KVItemChange<T>> listener);
}
