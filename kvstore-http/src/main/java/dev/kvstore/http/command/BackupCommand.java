package dev.kvstore.http.command;

import dev.kvstore.internal.sqlite.SqliteBackup;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;

/** The command to copy the database file while the service runs. */
@Command(
    name = "backup",
    description = "Copies the database file, also while the service runs and writes. FILE must not"
        + " exist. It appears when the copy is complete and checked, and only its owner can read"
        + " it.")
public final class BackupCommand extends CopyAction {
  @Override
  void run(Path data, Path copy, Duration timeout) {
    SqliteBackup.backup(data, copy, timeout, progress());
    done("Backed up " + data + " to " + copy + " (" + copy.toFile().length() + " bytes)");
  }
}
