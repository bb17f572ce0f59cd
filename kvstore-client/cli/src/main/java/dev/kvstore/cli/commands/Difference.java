package dev.kvstore.cli.commands;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import dev.kvstore.cli.terminal.Console;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.support.KeyOrder;
import dev.kvstore.internal.support.Texts;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * A key whose value differs.
 *
 * @param before null if there was no value
 * @param after null if there is no value
 */
record Difference(
    String key, @Nullable RawValue before, @Nullable RawValue after) {
  private static final int CONTEXT = 3;

  /** The number of lines of the header with the file names. */
  private static final int HEADER = 2;

  /** Returns the differences in key order. */
  static List<Difference> between(Map<String, RawValue> before, Map<String, RawValue> after) {
    SortedSet<String> keys = new TreeSet<>(KeyOrder.INSTANCE);
    keys.addAll(before.keySet());
    keys.addAll(after.keySet());
    List<Difference> differences = new ArrayList<>();
    for (String key : keys) {
      RawValue one = before.get(key);
      RawValue other = after.get(key);
      if (one == null || other == null || !Values.same(one, other)) {
        differences.add(new Difference(key, one, other));
      }
    }
    return differences;
  }

  /** Returns the value after; there must be one. */
  RawValue written() {
    return Objects.requireNonNull(after, key);
  }

  void print(Console console) {
    List<String> lines = lines(key, before, after);
    (lines.isEmpty() && before != null ? types() : lines)
        .forEach(line -> console.out().println(colored(console, line)));
  }

  /** Returns the lines of two values that are the same as JSON. */
  private List<String> types() {
    RawValue one = Objects.requireNonNull(before, key);
    String old = BsonValues.typeName(one);
    String now = BsonValues.typeName(written());
    String name = Texts.oneLine(key) + ": ";
    return old.equals(now)
        ? List.of(" " + name + "types of members differ")
        : List.of(
            "-" + name + Values.json(one) + "  (" + old + ")",
            "+" + name + Values.json(written()) + "  (" + now + ")");
  }

  /**
   * Returns the removed and added lines with context, the line with the key, and "…" for omitted
   * lines.
   */
  static List<String> lines(String key, @Nullable RawValue before, @Nullable RawValue after) {
    List<String> old = text(key, before);
    List<String> now = text(key, after);
    List<String> unified =
        UnifiedDiffUtils.generateUnifiedDiff("", "", old, DiffUtils.diff(old, now), CONTEXT);
    List<String> lines = new ArrayList<>();
    for (String line : unified.subList(Math.min(HEADER, unified.size()), unified.size())) {
      boolean hunk = line.startsWith("@@");
      if (!hunk) {
        lines.add(line);
      } else if (!lines.isEmpty()) {
        lines.add(" …");
      } else if (!old.isEmpty() && !line.startsWith("@@ -1,")) {
        lines.add(" " + old.get(0));
        lines.add(" …");
      }
    }
    return lines;
  }

  private static List<String> text(String key, @Nullable RawValue value) {
    return value == null
        ? List.of()
        : (Texts.oneLine(key) + ": " + Values.pretty(value)).lines().toList();
  }

  private static String colored(Console console, String line) {
    return switch (line.charAt(0)) {
      case '-' -> console.colored(Style.fg_red, line);
      case '+' -> console.colored(Style.fg_green, line);
      default -> line;
    };
  }
}
