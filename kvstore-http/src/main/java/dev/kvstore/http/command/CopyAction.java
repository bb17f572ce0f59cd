package dev.kvstore.http.command;

import dev.kvstore.internal.sqlite.SqliteBackup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command that copies the database file from or to another file. */
@Command(
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    usageHelpWidth = 100,
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
abstract class CopyAction implements CheckedCommand {
  private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(1);

  // Set by picocli before anything is called.
  @SuppressWarnings("NullAway.Init")
  @Spec
  protected CommandSpec spec;

  @SuppressWarnings("UnusedVariable") // SettingSources reads it through picocli
  @Mixin
  private ConfigFileOption configFile = new ConfigFileOption();

  @Mixin
  private DatabaseOptions database = new DatabaseOptions();

  @Parameters(paramLabel = "FILE", description = "The file of the backup.")
  private @Nullable Path file;

  private long reportedAt = System.nanoTime();

  @Override
  public void check(Faults faults) {
    database.check(faults);
    if (!database.isFile()) {
      faults.addSecret(
          "--mongodb",
          "'" + spec.name()
              + "' copies a SQLite file, and the data is in MongoDB. Use mongodump and"
              + " mongorestore, or snapshots of the deployment: MongoDB's own tools read its servers"
              + " directly, and copy the indexes and the tokens, too");
    }
  }

  @Override
  public Integer call() {
    Backend backend = database.backend();
    run(Path.of(backend.place()), Objects.requireNonNull(file), database.timeout());
    Path tokens = backend.tokensFile();
    if (tokens != null && Files.exists(tokens)) {
      spec.commandLine().getErr().println("Tokens are not in a backup; they are in " + tokens);
    }
    return ExitCode.OK;
  }

  abstract void run(Path data, Path copy, Duration timeout);

  /** Returns a listener that reports the progress of a slow copy. */
  SqliteBackup.Progress progress() {
    return (bytes, total) -> {
      long now = System.nanoTime();
      if (now - reportedAt >= BETWEEN_REPORTS.toNanos()) {
        reportedAt = now;
        spec.commandLine()
            .getErr()
            .println("Copied " + 100 * bytes / Math.max(1, total) + " % of " + total + " bytes");
      }
    };
  }

  void done(String message) {
    spec.commandLine().getOut().println(message);
  }
}
