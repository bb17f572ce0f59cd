package dev.kvstore;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What a rollback of many entries, an import or a copy has changed, or would change.
 *
 * @param created entries that were absent
 * @param changed entries with another value or type
 * @param unchanged entries that were not written, because they are equal
 * @param deleted entries that are absent now
 * @param failed entries that could not be written
 * @param dryRun whether nothing was written
 * @param items the entries that are not unchanged, in the order in which they were processed; at
 *     most {@value #MOST_ITEMS}
 * @param more whether there are more than {@code items} shows
 * @param fingerprint stands for the entries as a dry run found them; empty otherwise
 * @since 0.1.0
 */
public record ChangeReport(
    long created,
    long changed,
    long unchanged,
    long deleted,
    long failed,
    boolean dryRun,
    List<Item> items,
    boolean more,
    Optional<String> fingerprint) {
  /** How many items a report lists. */
  public static final int MOST_ITEMS = 1000;

  /** The longest text of a value, in characters; a longer one is cut and ends with an ellipsis. */
  public static final int MOST_TEXT = 160;

  public ChangeReport {
    items = List.copyOf(items);
    Objects.requireNonNull(fingerprint, "fingerprint");
  }

  /** What becomes of an entry. */
  public enum Change {
    CREATED,
    CHANGED,
    DELETED,
    FAILED;

    /**
     * Returns the name as the service and the command line write it, for example {@code created}.
     */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What becomes of one entry.
   *
   * @param from the value before, as JSON, possibly cut; empty if there was none
   * @param to the value after, likewise
   * @param line where the entry stands in the imported file
   * @param problem why it failed
   */
  public record Item(
      String key,
      Change change,
      Optional<String> from,
      Optional<String> to,
      Optional<Integer> line,
      Optional<String> problem) {
    public Item {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(change, "change");
      Objects.requireNonNull(from, "from");
      Objects.requireNonNull(to, "to");
      Objects.requireNonNull(line, "line");
      Objects.requireNonNull(problem, "problem");
    }

    /** Without the values, which may be secrets. */
    @Override
    public String toString() {
      return change.text() + " " + key;
    }
  }
}
