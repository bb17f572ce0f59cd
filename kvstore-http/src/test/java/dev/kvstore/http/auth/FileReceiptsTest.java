package dev.kvstore.http.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.kvstore.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FileReceiptsTest {
  @TempDir
  private Path folder;

  private final ManualClock clock = new ManualClock();

  private FileReceipts receipts() {
    return new FileReceipts(folder.resolve("tokens.yaml"), clock);
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void killedService_counts_forItsLifetimeOnly_andItsReceiptIsRemoved() throws IOException {
    receipts().acknowledge("of the killed one");
    FileReceipts alive = receipts();
    alive.acknowledge("x");
    clock.advance(FileReceipts.LIFETIME);
    assertThat(receipts().acknowledged()).containsExactlyInAnyOrder("of the killed one", "x");

    clock.advance(Duration.ofMillis(1));
    alive.acknowledge("x");
    assertThat(receipts().acknowledged()).containsExactly("x");
    assertThat(files()).isOne();
  }

  @Test
  void startingService_removesWhatKilledOnes_andEarlierVersionsHaveLeft() throws IOException {
    receipts().acknowledge("of the killed one");
    Files.writeString(folder.resolve("tokens.yaml.seen"), "of an earlier version");
    clock.advance(FileReceipts.LIFETIME.plusMillis(1));

    receipts().acknowledge("x");
    assertThat(files()).isOne();
    receipts().acknowledge("y");
    assertThat(receipts().acknowledged()).containsExactlyInAnyOrder("x", "y");
  }

  @Test
  void receiptThatCannotBeRead_hasAcknowledgedNothing_andTheOthersCount() throws IOException {
    Path unreadable = Files.createDirectory(folder.resolve("tokens.yaml.seen.1"));
    Files.setLastModifiedTime(unreadable, FileTime.from(clock.instant()));
    receipts().acknowledge("x");

    assertThat(receipts().acknowledged()).containsExactlyInAnyOrder("", "x");
  }

  @Test
  void receipt_isWrittenWhenItChanges_andRenewed() throws IOException {
    FileReceipts service = receipts();
    service.acknowledge("x");
    try (Stream<Path> files = Files.list(folder)) {
      Files.delete(files.findFirst().orElseThrow());
    }
    clock.advance(FileReceipts.RENEWAL.minusMillis(1));
    service.acknowledge("x");
    assertThat(receipts().acknowledged()).isEmpty();

    service.acknowledge("y");
    assertThat(receipts().acknowledged()).containsExactly("y");
    clock.advance(FileReceipts.RENEWAL);
    service.acknowledge("y");
    clock.advance(FileReceipts.LIFETIME);
    assertThat(receipts().acknowledged()).containsExactly("y");
  }

  @Test
  void otherFiles_areNoReceipts() throws IOException {
    Files.writeString(folder.resolve("tokens.yaml"), "x");
    Files.writeString(folder.resolve("tokens.yaml.lock"), "x");
    new FileReceipts(folder.resolve("other.yaml"), clock).acknowledge("x");

    assertThat(receipts().acknowledged()).isEmpty();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no POSIX permissions")
  void folderThatCannotBeWritten_isNoFailure() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assumeFalse(Files.isWritable(folder), "root may write anywhere");
      receipts().acknowledge("x");
      assertThat(receipts().acknowledged()).isEmpty();
    } finally {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
  }
}
