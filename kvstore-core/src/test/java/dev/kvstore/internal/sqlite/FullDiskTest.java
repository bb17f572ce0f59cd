package dev.kvstore.internal.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Tests the errors of a full disk, wherever it is detected. */
class FullDiskTest {
  private final SQLiteException noRoomForIndex =
      new SQLiteException("disk I/O error", SQLiteErrorCode.SQLITE_IOERR_SHMSIZE);

  private final Path file = Path.of("x.db");

  @Test
  void fileThatCannotBeWritten_forLackOfSpace_saysThatTheDiskIsFull() {
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();

    assertThatIOException()
        .isThrownBy(() -> Files.write(full, new byte[1]))
        .extracting(DatabaseFile::reason, STRING)
        .isEqualTo("the disk is full (No space left on device): free some space, then try again");
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
