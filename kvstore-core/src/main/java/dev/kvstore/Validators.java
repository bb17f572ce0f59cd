package dev.kvstore;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Rules that many settings need. */
public final class Validators {
  private Validators() {}

  /** From {@code least} to {@code most}, both allowed. */
  public static <T extends Comparable<? super T>> Validator<T> range(T least, T most) {
    Objects.requireNonNull(least, "least");
    if (least.compareTo(Objects.requireNonNull(most, "most")) > 0) {
      throw new IllegalArgumentException("The range from " + least + " to " + most + " is empty");
    }
    return that(
        value -> value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
        "must be from " + least + " to " + most);
  }

  /** Text with something in it besides white space. */
  public static Validator<String> notBlank() {
    return that(value -> !value.isBlank(), "must not be blank");
  }

  /** Text that matches the whole pattern. */
  public static Validator<String> pattern(String regex) {
    Pattern pattern = Pattern.compile(Objects.requireNonNull(regex, "regex"));
    return that(value -> pattern.matcher(value).matches(), "must match " + regex);
  }

  /** One of these values. */
  public static <T> Validator<T> oneOf(Collection<? extends T> allowed) {
    List<T> values = List.copyOf(Objects.requireNonNull(allowed, "allowed"));
    return that(values::contains, "must be one of " + values);
  }

  /**
   * A rule of one's own.
   *
   * @param problem what is wrong where the rule does not hold, without a subject: {@code must be
   *     even}
   */
  public static <T> Validator<T> that(Predicate<T> rule, String problem) {
    Objects.requireNonNull(rule, "rule");
    Optional<String> broken = Optional.of(Objects.requireNonNull(problem, "problem"));
    return value -> rule.test(value) ? Optional.empty() : broken;
  }
}
