package dev.kvstore.cli.commands;

import dev.kvstore.ChangeReport;
import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.cli.terminal.Console;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.internal.support.Texts;

/** Prints what a change of many entries did, or would do. */
final class Reports {
  private Reports() {}

  /**
   * Prints the changes and their numbers.
   *
   * @param wouldDo of a dry run, such as {@code Would copy}
   * @param done of any other, such as {@code Copied}
   * @throws CliException if some of them failed
   */
  static void print(Console console, ChangeReport report, String wouldDo, String done) {
    report
        .items()
        .forEach(item -> console.print(item.change().text() + "  " + Texts.oneLine(item.key())
            + item.from().map(value -> "  " + value).orElse("")
            + item.to().map(value -> "  -> " + value).orElse("")));
    console.out().flush(); // the numbers come last, also in a file that has both
    if (report.more()) {
      console.note("… and more");
    }
    console.note((report.dryRun() ? wouldDo : done) + ": " + report.created() + " created, "
        + report.changed() + " changed, " + report.deleted() + " deleted, " + report.unchanged()
        + " the same"
        + report
            .fingerprint()
            .map(fingerprint -> "; --if-match " + fingerprint + " does just that")
            .orElse(""));
    if (report.failed() > 0) {
      throw new CliException(
          ExitCodes.CONDITION,
          report.failed() + " entries were changed meanwhile and stay as they are: see above");
    }
  }
}
