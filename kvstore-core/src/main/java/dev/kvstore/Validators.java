package dev.kvstore;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Common validators. */
public final class Validators {
  private Validators() {}

  /** Accepts values from {@code least} to {@code most}, both inclusive. */
  public static <T extends Comparable<? super T>> Validator<T> range(T least, T most) {
    Objects.requireNonNull(least, "least");
    if (least.compareTo(Objects.requireNonNull(most, "most")) > 0) {
      throw new IllegalArgumentException("The range from " + least + " to " + most + " is empty");
    }
    return that(
        value -> value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
        "must be from " + least + " to " + most);
  }

  /** Accepts text that is not blank. */
  public static Validator<String> notBlank() {
    return that(value -> !value.isBlank(), "must not be blank");
  }

  /** Accepts text that matches the whole pattern. */
  public static Validator<String> pattern(String regex) {
    Pattern pattern = Pattern.compile(Objects.requireNonNull(regex, "regex"));
    return that(value -> pattern.matcher(value).matches(), "must match " + regex);
  }

  /** Accepts the given values. */
  public static <T> Validator<T> oneOf(Collection<? extends T> allowed) {
    List<T> values = List.copyOf(Objects.requireNonNull(allowed, "allowed"));
    return that(values::contains, "must be one of " + values);
  }

  /**
   * Accepts values for which the predicate is true.
   *
   * @param problem what is wrong otherwise, without a subject: {@code must be even}
   */
  public static <T> Validator<T> that(Predicate<T> rule, String problem) {
    Objects.requireNonNull(rule, "rule");
    Optional<String> broken = Optional.of(Objects.requireNonNull(problem, "problem"));
    return value -> rule.test(value) ? Optional.empty() : broken;
  }
}
