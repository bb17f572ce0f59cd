package dev.kvstore.internal.typed;

import dev.kvstore.KVEntry;
import dev.kvstore.KVItem;
import dev.kvstore.KVItemChange;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVSubscription;
import dev.kvstore.KVType;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.ValidationFailedException;
import dev.kvstore.Validator;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.CachedEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

final class TypedItem<T> implements KVItem<T> {
  private final TypedKVStore store;
  private final String key;
  private final KVType<T> type;
  private final @Nullable T fallback;
  private final List<Validator<? super T>> rules;
  private final boolean invalidIsDefault;

  /**
   * A shortcut to the value read last, if it was cached and valid. A data race costs one more
   * lookup.
   */
  private @Nullable Supplier<@Nullable Object> remembered;

  TypedItem(TypedKVStore store, String key, KVType<T> type) {
    this(store, key, Objects.requireNonNull(type, "type"), null, List.of(), false);
  }

  private TypedItem(
      TypedKVStore store,
      String key,
      KVType<T> type,
      @Nullable T fallback,
      List<Validator<? super T>> rules,
      boolean invalidIsDefault) {
    this.store = store;
    this.key = key;
    this.type = type;
    this.fallback = fallback;
    this.rules = rules;
    this.invalidIsDefault = invalidIsDefault;
    if (fallback != null) {
      check(fallback);
    }
  }

  @Override
  public String key() {
    return key;
  }

  @Override
  public KVType<T> type() {
    return type;
  }

  @Override
  public KVItem<T> withDefault(T value) {
    return new TypedItem<>(
        store, key, type, Objects.requireNonNull(value, "default"), rules, invalidIsDefault);
  }

  @Override
  public KVItem<T> validatedBy(Validator<? super T> validator) {
    List<Validator<? super T>> more = new ArrayList<>(rules);
    more.add(Objects.requireNonNull(validator, "validator"));
    return new TypedItem<>(store, key, type, fallback, List.copyOf(more), invalidIsDefault);
  }

  @Override
  public KVItem<T> orDefaultWhenInvalid() {
    return new TypedItem<>(store, key, type, fallback, rules, true);
  }

  @Override
  @SuppressWarnings("unchecked") // it was read as this type
  public @Nullable T get() {
    Supplier<@Nullable Object> known = remembered;
    Object value = known == null ? null : known.get();
    return value == null || store.isClosed() ? lookUp() : (T) value;
  }

  @SuppressWarnings("unchecked") // it was read as this type
  private @Nullable T lookUp() {
    CachedEntry held = store.held(key);
    Object value = held == null ? null : held.valueAs(type);
    if (held == null || value == null) {
      return value(store.read(held, key, type, ReadOptions.DEFAULT).map(this::valid));
    }
    T valid = validValue((T) value);
    remembered = valid == value ? store.remember(held, type) : null;
    return valid;
  }

  @Override
  public @Nullable T get(ReadOptions options) {
    return value(entry(options));
  }

  private @Nullable T value(Optional<KVEntry<T>> entry) {
    if (entry.isPresent()) {
      return entry.get().value();
    }
    if (fallback == null) {
      throw new KeyNotFoundException(key);
    }
    return fallback;
  }

  @Override
  public Optional<KVEntry<T>> entry(ReadOptions options) {
    return store.findEntry(key, type, options).map(this::valid);
  }

  @Override
  public KVMetadata set(@Nullable T value, WriteOptions options) {
    check(value);
    return store.set(key, value, options);
  }

  @Override
  public SetDefaultResult<T> setDefault(WriteOptions options) {
    if (fallback == null) {
      throw new IllegalStateException(
          "The item for key '" + key + "' has no default: give it one by withDefault(value)");
    }
    SetDefaultResult<T> result = store.setDefault(key, type, fallback, options);
    return new SetDefaultResult<>(valid(result.entry()), result.stored());
  }

  @Override
  public @Nullable T update(UnaryOperator<@Nullable T> function, WriteOptions options) {
    Objects.requireNonNull(function, "function");
    UnaryOperator<@Nullable T> checking = value -> {
      T updated = function.apply(value);
      check(updated);
      return updated;
    };
    return new Update<>(store, key, this::entry, checking, fallback, options).run();
  }

  @Override
  public boolean compareAndSet(String etag, @Nullable T value) {
    try {
      set(value, WriteOptions.ifMatch(etag));
      return true;
    } catch (PreconditionFailedException e) {
      return false;
    }
  }

  @Override
  public boolean has(ReadOptions options) {
    return store.has(key, options);
  }

  @Override
  public boolean delete(WriteOptions options) {
    return store.delete(key, options);
  }

  @Override
  public KVSubscription onChange(Consumer<? super KVItemChange<T>> listener) {
    return store.onChange(key, this::entry, fallback, listener);
  }

  /** Omits the default, which may be a secret. */
  @Override
  public String toString() {
    return "KVItem[" + key + ": " + type + "]";
  }

  private KVEntry<T> valid(KVEntry<T> entry) {
    T value = entry.value();
    T valid = validValue(value);
    return valid == value ? entry : entry.withValue(valid);
  }

  /** Returns the stored value, or the default if the value is invalid and the item permits that. */
  private @Nullable T validValue(@Nullable T value) {
    List<String> problems = problems(value);
    if (problems.isEmpty()) {
      return value;
    }
    if (invalidIsDefault && fallback != null) {
      return fallback;
    }
    throw new ValidationFailedException(key, problems);
  }

  private void check(@Nullable T value) {
    List<String> problems = problems(value);
    if (!problems.isEmpty()) {
      throw new ValidationFailedException(key, problems);
    }
  }

  private List<String> problems(@Nullable T value) {
    if (rules.isEmpty()) {
      return List.of();
    }
    return value == null
        ? List.of("must not be null")
        : rules.stream().flatMap(rule -> rule.problemWith(value).stream()).toList();
  }
}
