package dev.kvstore.http.command;

import dev.kvstore.HistorySettings;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The history options of stores without their own settings. */
final class HistoryOptions {
  private enum Mode {
    ON,
    OFF;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--history",
      paramLabel = "on|off",
      description = "Record each change of stores that have no settings of their own"
          + " (${DEFAULT-VALUE}).")
  private Mode history = Mode.ON;

  @Option(
      names = "--history-retention",
      paramLabel = "DURATION",
      description = "How long a revision is kept after another has replaced it (90 days).")
  private Duration retention = HistorySettings.DEFAULT.retention().orElseThrow();

  @Option(
      names = "--history-revisions",
      paramLabel = "N",
      description = "The maximum number of revisions of a key (${DEFAULT-VALUE}); 0 for no limit.")
  private int revisions;

  void check(Faults faults) {
    faults.check("--history-retention", () -> HistorySettings.DEFAULT.retention(retention));
    faults.checkRange("--history-revisions", revisions, 0, 1_000_000);
  }

  HistorySettings settings() {
    HistorySettings settings =
        (history == Mode.ON ? HistorySettings.DEFAULT : HistorySettings.OFF).retention(retention);
    return revisions == 0 ? settings : settings.revisions(revisions);
  }
}
