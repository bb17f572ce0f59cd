package dev.kvstore;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Thrown if the settings stored below a prefix cannot be bound to the object. Lists all problems.
 */
public final class BindingFailedException extends KVException {
  private static final long serialVersionUID = 1L;

  private final String prefix;

  @SuppressWarnings("serial") // List.copyOf returns a serializable list
  private final List<KVProblem> problems;

  public BindingFailedException(String prefix, Class<?> type, List<KVProblem> problems) {
    super(
        ErrorCode.VALIDATION_FAILED,
        "The settings '" + prefix + "' make no " + type.getTypeName() + ": "
            + problems.stream().map(KVProblem::message).collect(Collectors.joining("; ")));
    this.prefix = prefix;
    this.problems = List.copyOf(problems);
  }

  /** Returns the bound prefix. */
  public String prefix() {
    return prefix;
  }

  public List<KVProblem> problems() {
    return problems;
  }
}
