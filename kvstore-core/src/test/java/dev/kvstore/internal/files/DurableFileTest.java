package dev.kvstore.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class DurableFileTest {
  @TempDir
  private Path folder;

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private Path draft() throws IOException {
    return Files.createFile(folder.resolve("draft"), DurableFile.ownerOnly());
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no POSIX permissions")
  void replace_putsTheDraftInPlace_evenOneThatIsMadeReadOnly() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    DurableFile.replace(
        file,
        draft(),
        to -> Files.writeString(to, "new"),
        to -> Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("r--------")));

    assertThat(file).hasContent("new");
    assertThat(permissions(file)).isEqualTo("r--------");
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void replace_thatFails_leavesTheFileAndNoDraft() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");

    assertThatThrownBy(() -> DurableFile.replace(
            file,
            draft(),
            to -> {
              throw new IOException("disk full");
            },
            to -> {}))
        .hasMessage("disk full");
    assertThat(file).hasContent("old");
    assertThat(files()).isEqualTo(1);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no POSIX permissions")
  void createFolders_areTheOwnersAlone() throws IOException {
    Path inner = folder.resolve("a").resolve("b");
    DurableFile.createFolders(inner);
    DurableFile.createFolders(inner);

    assertThat(permissions(inner)).isEqualTo("rwx------");
    assertThat(permissions(inner.resolveSibling(""))).isEqualTo("rwx------");
    assertThatThrownBy(() ->
            DurableFile.createFolders(Files.createFile(folder.resolve("file")).resolve("c")))
        .isInstanceOf(IOException.class);
  }
}
