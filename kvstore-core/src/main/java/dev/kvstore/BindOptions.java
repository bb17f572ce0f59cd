package dev.kvstore;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How settings are bound. Immutable; each method returns a changed copy.
 *
 * @param <T> the type of the settings
 */
public final class BindOptions<T> {
  private final Optional<T> defaults;
  private final List<Validator<? super T>> rules;
  private final List<Rule<?>> keyRules;

  /**
   * A rule for one of the settings.
   *
   * @param name what follows the prefix in its key
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

  /** No defaults but those of the type, and no rules but those of its constructors. */
  public static <T> BindOptions<T> none() {
    return new BindOptions<>(Optional.empty(), List.of(), List.of());
  }

  /**
   * What is not stored is as in this object, at any depth. It goes before {@link KVDefault} and
   * default methods; what is null in it is left to them.
   */
  public static <T> BindOptions<T> defaults(T instance) {
    return new BindOptions<>(
        Optional.of(Objects.requireNonNull(instance, "instance")), List.of(), List.of());
  }

  /** A rule that the object as a whole must satisfy too. */
  public BindOptions<T> validatedBy(Validator<? super T> rule) {
    return new BindOptions<>(defaults, with(rules, rule), keyRules);
  }

  /**
   * A rule that one of the settings must satisfy too, where it is not absent or null; of an
   * {@code Optional} what is in it.
   *
   * @param name what follows the prefix in its key: {@code port}, {@code tls.certificate}
   * @param type the type of the setting or one above it; for an {@code int}, {@code Integer}
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
