package dev.kvstore.http.command;

import dev.kvstore.internal.sqlite.SqliteBackup;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;

/** The command to restore a backup where there is no data. */
@Command(
    name = "restore",
    description = "Checks the backup in FILE, and copies it into the folder of the data, which"
        + " must not hold a database.")
public final class RestoreCommand extends CopyAction {
  @Override
  void run(Path data, Path copy, Duration timeout) {
    SqliteBackup.restore(copy, data, progress());
    done("Restored " + data + " from " + copy);
  }
}
