package dev.kvstore.internal.binding;

import dev.kvstore.BindOptions;
import dev.kvstore.KVEntry;
import dev.kvstore.KVProblem;
import dev.kvstore.Names;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The definition of a binding: its prefix, type and options. Immutable. */
final class Settings<T> {
  private final Prefix prefix;
  private final Class<T> type;
  private final BindOptions<T> options;
  private final BsonCodec codec;
  private final Shape shape;
  private final Map<String, List<BindOptions.Rule<?>>> rules;
  private final Map<String, Member> declared = new HashMap<>();

  /** The result of filling: an object or problems, and the unread keys. */
  record Outcome<T>(@Nullable T object, List<KVProblem> problems, List<String> unread) {}

  /** @throws IllegalArgumentException if the type cannot be bound, or the options do not fit it */
  Settings(Prefix prefix, Class<T> type, BindOptions<T> options, BsonCodec codec) {
    this.prefix = prefix;
    this.type = Objects.requireNonNull(type, "type");
    this.options = Objects.requireNonNull(options, "options");
    this.codec = codec;
    this.shape = new Shapes(codec).of(type);
    declare(shape, prefix.below());
    this.rules = rulesByKey();
  }

  /** Returns the rules for single settings, after checking them against the type. */
  private Map<String, List<BindOptions.Rule<?>>> rulesByKey() {
    Map<String, List<BindOptions.Rule<?>>> byKey = new HashMap<>();
    for (BindOptions.Rule<?> rule : options.keyRules()) {
      String key = prefix.below() + rule.name();
      Member member = declared.get(key);
      if (member == null) {
        throw new IllegalArgumentException("There is a rule for '" + rule.name() + "', which "
            + shape.type().getTypeName() + " does not have");
      }
      if (!rule.type().isAssignableFrom(member.content())) {
        throw new IllegalArgumentException("The rule for '" + rule.name() + "' is one for "
            + rule.type().getTypeName() + ", but that is " + member.content().getTypeName());
      }
      byKey.computeIfAbsent(key, any -> new ArrayList<>()).add(rule);
    }
    return byKey;
  }

  Prefix prefix() {
    return prefix;
  }

  Class<T> type() {
    return type;
  }

  Outcome<T> make(Map<String, KVEntry<RawValue>> entries) {
    Map<String, RawValue> values = new HashMap<>();
    entries.forEach((key, entry) -> values.put(key, Objects.requireNonNull(entry.value())));
    List<KVProblem> problems = new ArrayList<>();
    StoredKeys keys = new StoredKeys(values, prefix.separator(), declared.keySet());
    Filling filling = new Filling(codec, keys, prefix.separator(), rules, problems);
    T object = type.cast(filling.whole(shape, prefix, options.defaults().orElse(null)));
    if (object != null) {
      String key = prefix.given();
      String what = "The settings '" + key + "'";
      options
          .rules()
          .forEach(rule -> filling.check(key, what, what + " have a rule that", rule, object));
    }
    return new Outcome<>(problems.isEmpty() ? object : null, List.copyOf(problems), keys.unread());
  }

  private void declare(Shape of, String below) {
    for (Member member : of.members()) {
      String key = Names.checkKey(below + member.name());
      declared.put(key, member);
      if (member.shape() != null) {
        declare(member.shape(), key + prefix.separator());
      }
    }
  }
}
