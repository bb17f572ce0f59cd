package dev.kvstore.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kvstore.ErrorCode;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What a full disk is called, wherever it is noticed. */
class FullDiskTest extends SqliteTestBase {
  private final SQLiteException noRoomForIndex =
      new SQLiteException("disk I/O error", SQLiteErrorCode.SQLITE_IOERR_SHMSIZE);

  private final Path file = Path.of("x.db");

  @Test
  void open_noSpaceForTheLockFile_saysThatTheDiskIsFull() throws IOException {
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    Files.createSymbolicLink(folder.resolve("settings.db.lock"), full);

    assertThat(refusal(folder.resolve("settings.db"), ErrorCode.UNAVAILABLE))
        .hasMessageContaining("settings.db cannot be opened")
        .hasMessageContaining("the disk is full (No space left on device): free some space")
        .hasMessageNotContaining("locked")
        .hasMessageNotContaining("Exception");
  }

  @Test
  void inputOutputError_withLittleSpace_saysThatTheDiskIsFull() {
    SqlErrors errors = new SqlErrors(file, () -> 4096);

    assertThat(errors.of(noRoomForIndex))
        .isExactlyInstanceOf(UnavailableException.class)
        .hasMessageContaining("the disk is full, or nearly so, with 4096 bytes free");
    assertThat(errors.ofCommit(noRoomForIndex))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("the disk is full, or nearly so, with 4096 bytes free");
  }

  @Test
  void inputOutputError_withSpace_isNotBlamedOnTheDisksSize() {
    assertThat(new SqlErrors(file, () -> 1 << 30).of(noRoomForIndex))
        .hasMessageContaining("SQLITE_IOERR_SHMSIZE")
        .hasMessageNotContaining("full");
  }
}
