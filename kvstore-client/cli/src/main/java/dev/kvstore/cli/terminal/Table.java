package dev.kvstore.cli.terminal;

import java.util.List;
import picocli.CommandLine.Help.Ansi.Style;

/** A table whose columns are as wide as their content. */
public record Table(List<String> header, List<List<String>> rows) {
  private static final String GAP = "   ";

  public void print(Console console) {
    int[] widths = new int[header.size()];
    measure(header, widths);
    rows.forEach(row -> measure(row, widths));
    console.out().println(console.colored(Style.bold, line(header, widths)));
    rows.forEach(row -> console.out().println(line(row, widths)));
  }

  private static void measure(List<String> row, int[] widths) {
    for (int i = 0; i < row.size(); i++) {
      widths[i] = Math.max(widths[i], width(row.get(i)));
    }
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      line.append(row.get(i)).append(" ".repeat(widths[i] - width(row.get(i)))).append(GAP);
    }
    return line.toString().stripTrailing();
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }
}
