package dev.kvstore.internal.transfer;

import dev.kvstore.ChangeReport;
import dev.kvstore.ChangeReport.Item;
import dev.kvstore.ChangeReport.Kind;
import dev.kvstore.internal.support.Texts;
import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Builds a report: counts changes and lists the first of them. Not thread-safe. */
public final class ReportBuilder {
  private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
  private final List<Item> items = new ArrayList<>();
  private long unchanged;
  private boolean more;

  public void unchanged() {
    unchanged(1);
  }

  public void unchanged(long more) {
    unchanged += more;
  }

  /**
   * Adds a change.
   *
   * @param from the value before, or null
   * @param to the value afterwards, or null
   * @param line 0 for none
   * @param problem why it failed, or null
   */
  public void add(
      String key,
      Kind kind,
      @Nullable RawValue from,
      @Nullable RawValue to,
      int line,
      @Nullable String problem) {
    counts.merge(kind, 1L, Long::sum);
    if (items.size() < ChangeReport.MAX_ITEMS) {
      items.add(
          new Item(key, kind, preview(from), preview(to), at(line), Optional.ofNullable(problem)));
    } else {
      more = true;
    }
  }

  /** Returns the number of entries written or deleted. */
  long done() {
    return count(Kind.CREATED) + count(Kind.CHANGED) + count(Kind.DELETED);
  }

  private long count(Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  /**
   * Returns the report.
   *
   * @param fingerprint the fingerprint of a dry run; otherwise null
   */
  public ChangeReport build(@Nullable String fingerprint) {
    return new ChangeReport(
        count(Kind.CREATED),
        count(Kind.CHANGED),
        unchanged,
        count(Kind.DELETED),
        count(Kind.FAILED),
        fingerprint != null,
        items,
        more,
        Optional.ofNullable(fingerprint));
  }

  private static Optional<String> preview(@Nullable RawValue value) {
    return Optional.ofNullable(value)
        .map(v -> Texts.shortened(Values.json(v), ChangeReport.MAX_TEXT));
  }

  private static OptionalInt at(int line) {
    return line == 0 ? OptionalInt.empty() : OptionalInt.of(line);
  }
}
