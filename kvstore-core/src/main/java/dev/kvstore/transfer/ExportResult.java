package dev.kvstore.transfer;

import java.util.List;
import java.util.Objects;

/**
 * The result of an export.
 *
 * @param entries the number of entries that were written, or of revisions
 * @param lost the number of values, or parts of them, that the format cannot hold as they are
 * @param losses a sentence for each of the first {@value #MAX_LOSSES} of them, with its key and
 *     without its value
 * @since 0.1.0
 */
public record ExportResult(long entries, long lost, List<String> losses) {
  /** The most sentences about losses. */
  public static final int MAX_LOSSES = 1000;

  public ExportResult {
    losses = List.copyOf(Objects.requireNonNull(losses, "losses"));
  }
}
