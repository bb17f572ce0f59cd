package dev.kvstore;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The result of a change of many entries: an import, a copy, or a rollback of a prefix.
 *
 * @param created the number of new entries
 * @param changed the number of entries with a new value or expiry
 * @param unchanged the number of entries that already had the wanted value and expiry, and were not
 *     written
 * @param deleted the number of deleted entries
 * @param failed the number of entries that were not written because they had changed concurrently
 * @param dryRun true if nothing was written and the report says what would happen
 * @param items what happens to each key, apart from unchanged ones; at most {@value #MAX_ITEMS}
 * @param more true if there are more items
 * @param fingerprint identifies the present entries and the planned changes of a dry run; otherwise
 *     empty
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
  /** The maximum number of items in a report. */
  public static final int MAX_ITEMS = 1000;

  /** The maximum length of a value in an item; a longer one is cut and ends with an ellipsis. */
  public static final int MAX_TEXT = 160;

  public ChangeReport {
    items = List.copyOf(Objects.requireNonNull(items, "items"));
    Objects.requireNonNull(fingerprint, "fingerprint");
  }

  /** The kind of change of an entry. */
  public enum Kind {
    CREATED,
    CHANGED,
    DELETED,
    FAILED;

    /** Returns the name that the service and the command line use, for example {@code created}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The change of one entry.
   *
   * @param from the value before as JSON, at most {@value #MAX_TEXT} characters; empty if there was
   *     no entry
   * @param to the value afterwards, likewise; empty if there is no entry
   * @param line the line of the key in the snapshot, from 1; empty if there is none
   * @param problem why it failed, otherwise empty
   */
  public record Item(
      String key,
      Kind change,
      Optional<String> from,
      Optional<String> to,
      OptionalInt line,
      Optional<String> problem) {
    public Item {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(change, "change");
      Objects.requireNonNull(from, "from");
      Objects.requireNonNull(to, "to");
      Objects.requireNonNull(line, "line");
      Objects.requireNonNull(problem, "problem");
    }

    /** Omits the values, which may be secrets. */
    @Override
    public String toString() {
      return change.text() + " " + key;
    }
  }
}
