package dev.kvstore.http.wire;

import dev.kvstore.ChangeReport;
import java.io.IOException;
import java.util.Optional;

/** The report of a change of many entries. */
public final class ReportDocument {
  private ReportDocument() {}

  public static void write(DocumentWriter out, ChangeReport report) throws IOException {
    out.startDocument();
    out.name("created").number(report.created());
    out.name("changed").number(report.changed());
    out.name("unchanged").number(report.unchanged());
    out.name("deleted").number(report.deleted());
    out.name("failed").number(report.failed());
    out.name("dryRun").flag(report.dryRun());
    out.name("items").startArray();
    for (ChangeReport.Item item : report.items()) {
      write(out, item);
    }
    out.endArray();
    if (report.more()) {
      out.name("more").flag(true);
    }
    text(out, "fingerprint", report.fingerprint());
    out.endDocument();
  }

  private static void write(DocumentWriter out, ChangeReport.Item item) throws IOException {
    out.startDocument();
    out.name("key").text(item.key());
    out.name("change").text(item.change().text());
    text(out, "from", item.from());
    text(out, "to", item.to());
    if (item.line().isPresent()) {
      out.name("line").number(item.line().getAsInt());
    }
    text(out, "problem", item.problem());
    out.endDocument();
  }

  private static void text(DocumentWriter out, String name, Optional<String> text)
      throws IOException {
    if (text.isPresent()) {
      out.name(name).text(text.get());
    }
  }
}
