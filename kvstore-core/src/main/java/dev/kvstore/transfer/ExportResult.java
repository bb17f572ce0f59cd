package dev.kvstore.transfer;

import java.util.List;
import java.util.Objects;

/**
 * The result of an export.
 *
 * @param entries the number of entries or revisions that were written
 * @param lost the number of values, or parts of them, that the format cannot represent exactly
 * @param losses a sentence for each of the first {@value #MAX_LOSSES} of them, which names the key
 *     and omits the value
 * @since 0.1.0
 */
public record ExportResult(long entries, long lost, List<String> losses) {
  /** The maximum number of sentences in {@link #losses()}. */
  public static final int MAX_LOSSES = 1000;

  public ExportResult {
    losses = List.copyOf(Objects.requireNonNull(losses, "losses"));
  }
}
