package dev.kvstore;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * Thrown if a snapshot is invalid. Lists the problems that were found; nothing was written. The
 * message has one line per problem, with its place in the snapshot, and contains no values.
 *
 * @since 0.1.0
 */
public final class InvalidSnapshotException extends KVException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // List.copyOf returns a serializable list
  private final List<Problem> problems;

  public InvalidSnapshotException(String message, List<Problem> problems) {
    super(ErrorCode.VALIDATION_FAILED, message);
    this.problems = List.copyOf(problems);
  }

  /** Returns the problems in the order of the snapshot, at most 100. */
  public List<Problem> problems() {
    return problems;
  }

  /**
   * A part of a snapshot that cannot be imported.
   *
   * @param key the key; empty if the problem does not belong to one
   * @param pointer a JSON pointer into the value; empty for all of it
   * @param line from 1
   * @param column from 1
   * @param detail what is wrong
   */
  public record Problem(String key, String pointer, int line, int column, String detail)
      implements Serializable {
    public Problem {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(pointer, "pointer");
      Objects.requireNonNull(detail, "detail");
    }
  }
}
