package dev.kvstore;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Options of a binding. Immutable; each method returns a changed copy. */
public final class BindOptions<T> {
  private final Optional<T> defaults;
  private final List<Validator<? super T>> rules;
  private final List<Rule<?>> keyRules;

  /**
   * A rule for one setting.
   *
   * @param name the key without the prefix
   */
  public record Rule<V>(String name, Class<V> type, Validator<? super V> validator) {
    public Rule {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(validator, "validator");
    }
  }

  private BindOptions(
      Optional<T> defaults, List<Validator<? super T>> rules, List<Rule<?>> keyRules) {
    this.defaults = defaults;
    this.rules = rules;
    this.keyRules = keyRules;
  }

  /** Returns options that add nothing to the defaults and rules of the type itself. */
  public static <T> BindOptions<T> none() {
    return new BindOptions<>(Optional.empty(), List.of(), List.of());
  }

  /**
   * Takes settings that are not stored from this object, at any depth. It has precedence over
   * {@link KVDefault} and default methods, which still apply where it holds a null.
   */
  public static <T> BindOptions<T> defaults(T instance) {
    return new BindOptions<>(
        Optional.of(Objects.requireNonNull(instance, "instance")), List.of(), List.of());
  }

  /** Adds a rule for the object as a whole. */
  public BindOptions<T> validatedBy(Validator<? super T> rule) {
    return new BindOptions<>(defaults, with(rules, rule), keyRules);
  }

  /**
   * Adds a rule for one setting. It is not applied to an absent or null setting; for an
   * {@code Optional} it applies to the content.
   *
   * @param name the key without the prefix: {@code port}, {@code tls.certificate}
   * @param type the type of the setting or a supertype; for an {@code int}, {@code Integer}
   */
  public <V> BindOptions<T> validatedBy(
      String name, Class<V> type, Validator<? super V> validator) {
    return new BindOptions<>(defaults, rules, with(keyRules, new Rule<>(name, type, validator)));
  }

  public Optional<T> defaults() {
    return defaults;
  }

  public List<Validator<? super T>> rules() {
    return rules;
  }

  public List<Rule<?>> keyRules() {
    return keyRules;
  }

  private static <E> List<E> with(List<? extends E> some, E another) {
    List<E> all = new ArrayList<>(some);
    all.add(Objects.requireNonNull(another, "rule"));
    return List.copyOf(all);
  }
}
