package dev.kvstore;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * The outcome of each key of a failed batch. The lists are in the order of the batch.
 *
 * @param written the keys that were written durably
 * @param notWritten the keys that were not written; writing them again is safe
 * @param unknown the keys that may have been written; read them before writing them again
 * @since 0.1.0
 */
@SuppressWarnings("serial") // List.copyOf returns a serializable list
public record BatchOutcome(List<String> written, List<String> notWritten, List<String> unknown)
    implements Serializable {
  public BatchOutcome {
    written = List.copyOf(Objects.requireNonNull(written, "written"));
    notWritten = List.copyOf(Objects.requireNonNull(notWritten, "notWritten"));
    unknown = List.copyOf(Objects.requireNonNull(unknown, "unknown"));
  }

  /** Returns the number of keys and the first key of each kind. */
  @Override
  public String toString() {
    return of(written, "written") + ", " + of(notWritten, "not written") + ", "
        + of(unknown, "unknown");
  }

  private static String of(List<String> keys, String fate) {
    return keys.size() + " " + fate + (keys.isEmpty() ? "" : " (first: '" + keys.get(0) + "')");
  }
}
