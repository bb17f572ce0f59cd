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
import dev.kvstore.ValidationFailedException;
import dev.kvstore.Validator;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.CachedEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

record TypedItem<T>(
    TypedKVStore store,
    String key,
    KVType<T> type,
    @Nullable T fallback,
    List<Validator<? super T>> rules)
    implements KVItem<T> {

  TypedItem(TypedKVStore store, String key, KVType<T> type) {
    this(store, key, Objects.requireNonNull(type, "type"), null, List.of());
  }

  TypedItem {
    if (fallback != null) {
      check(key, rules, fallback);
    }
  }

  @Override
  public KVItem<T> withDefault(T value) {
    return new TypedItem<>(store, key, type, Objects.requireNonNull(value, "default"), rules);
  }

  @Override
  public KVItem<T> validatedBy(Validator<? super T> validator) {
    List<Validator<? super T>> more = new ArrayList<>(rules);
    more.add(validator);
    return new TypedItem<>(store, key, type, fallback, List.copyOf(more));
  }

  @Override
  @SuppressWarnings("unchecked") // what was read as the type is of the type
  public @Nullable T get() {
    CachedEntry held = store.held(key);
    Object value = held == null ? null : held.valueAs(type);
    return value != null ? (T) value : read(held);
  }

  private @Nullable T read(@Nullable CachedEntry held) {
    Optional<KVEntry<T>> entry = store.read(held, key, type);
    if (entry.isPresent()) {
      return entry.get().value();
    }
    if (fallback == null) {
      throw new KeyNotFoundException(key);
    }
    return fallback;
  }

  @Override
  public Optional<T> find() {
    return store.find(key, type);
  }

  @Override
  public Optional<KVEntry<T>> entry() {
    return store.findEntry(key, type);
  }

  @Override
  public Optional<KVEntry<T>> entry(ReadOptions options) {
    return store.findEntry(key, type, options);
  }

  @Override
  public KVMetadata set(@Nullable T value) {
    return set(value, WriteOptions.DEFAULT);
  }

  @Override
  public KVMetadata set(@Nullable T value, WriteOptions options) {
    check(key, rules, value);
    return store.set(key, value, options);
  }

  @Override
  public @Nullable T setDefault() {
    if (fallback == null) {
      throw new IllegalStateException(
          "The item for key '" + key + "' has no default: give it one by withDefault(value)");
    }
    return store.setDefault(key, type, fallback);
  }

  @Override
  public @Nullable T update(UnaryOperator<@Nullable T> function) {
    UnaryOperator<@Nullable T> checked = value -> {
      T updated = function.apply(value);
      check(key, rules, updated);
      return updated;
    };
    return new Update<>(store, key, type, checked, fallback).run();
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
  public boolean has() {
    return store.has(key);
  }

  @Override
  public boolean delete() {
    return store.delete(key);
  }

  @Override
  public KVSubscription onChange(Consumer<? super KVItemChange<T>> listener) {
    return store.onChange(key, type, fallback, listener);
  }

  /** Without the default, which may be a secret. */
  @Override
  public String toString() {
    return "KVItem[" + key + ": " + type + "]";
  }

  private static <T> void check(String key, List<Validator<? super T>> rules, @Nullable T value) {
    if (rules.isEmpty()) {
      return;
    }
    List<String> problems = value == null
        ? List.of("must not be null")
        : rules.stream().flatMap(rule -> rule.problemWith(value).stream()).toList();
    if (!problems.isEmpty()) {
      throw new ValidationFailedException(key, problems);
    }
  }
}
