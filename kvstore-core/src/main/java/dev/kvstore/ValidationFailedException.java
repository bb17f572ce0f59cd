package dev.kvstore;

import java.util.List;

/** Thrown if a value to write, or a stored value, breaks rules. Lists all of them. */
public final class ValidationFailedException extends KVException {
  private static final long serialVersionUID = 1L;

  private final String key;

  @SuppressWarnings("serial") // List.copyOf returns a serializable list
  private final List<String> problems;

  public ValidationFailedException(String key, List<String> problems) {
    super(
        ErrorCode.VALIDATION_FAILED,
        "The value for key '" + key + "' " + String.join("; it ", problems));
    this.key = key;
    this.problems = List.copyOf(problems);
  }

  public String key() {
    return key;
  }

  /** Returns one sentence without a subject for each broken rule: {@code must be at most 10}. */
  public List<String> problems() {
    return problems;
  }
}
