package dev.kvstore.client.internal.lastknowngood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kvstore.client.testing.MemoryStore;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LastKnownGoodFileTest {
  @TempDir
  private Path folder;

  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("inner").resolve("settings.known");
  }

  private static LastKnownGoodCopy snapshot(int value) {
    return new LastKnownGoodCopy(
        List.of("http://a"),
        "s",
        Instant.EPOCH,
        List.of(MemoryStore.entry("k", value, value, null)));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(file.getParent())) {
      return all.toList();
    }
  }

  @Test
  void written_isReadByAnother_andLeavesNothingElse() throws IOException {
    new LastKnownGoodFile(file).write(snapshot(1));
    new LastKnownGoodFile(file).write(snapshot(2));
    assertThat(new LastKnownGoodFile(file).read(any -> true)).contains(snapshot(2));
    assertThat(new LastKnownGoodFile(file).read(any -> false)).isEmpty();
    assertThat(files()).containsExactly(file);
  }

  @Test
  void file_isItsOwnersAlone_fromTheStart() throws IOException {
    assumeThat(folder.getFileSystem().supportedFileAttributeViews()).contains("posix");
    List<String> seen = new ArrayList<>();
    LastKnownGoodFile watched = new LastKnownGoodFile(file) {
      @Override
      void drafted(Path draft) {
        seen.add(permissions(draft));
      }
    };
    watched.write(snapshot(1));
    assertThat(seen).containsExactly("rw-------");
    assertThat(permissions(file)).isEqualTo("rw-------");
  }

  private static String permissions(Path path) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void file_openToOthers_isIgnored_andReplacedByOneThatIsNot() throws IOException {
    assumeThat(folder.getFileSystem().supportedFileAttributeViews()).contains("posix");
    LastKnownGoodFile known = new LastKnownGoodFile(file);
    known.write(snapshot(1));
    for (String open : List.of("rw-r-----", "rw----r--", "rw--w----", "rw-----w-")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(open));
      assertThat(known.read(any -> true)).as(open).isEmpty();
    }
    known.write(snapshot(2));
    assertThat(known.read(any -> true)).contains(snapshot(2));
    assertThat(permissions(file)).isEqualTo("rw-------");
  }

  @ParameterizedTest
  @ValueSource(strings = {"inner", "."})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no POSIX permissions")
  void folderThatOthersCanWrite_isNeitherReadNorWritten(String open) throws IOException {
    LastKnownGoodFile known = new LastKnownGoodFile(file);
    known.write(snapshot(1));
    assertThat(permissions(folder.resolve("inner"))).isEqualTo("rwx------");
    Path changed = folder.resolve(open);
    Files.setPosixFilePermissions(changed, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThat(known.read(any -> true)).isEmpty();
    assertThatThrownBy(() -> known.write(snapshot(2)))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("chmod go-w");
    assertThat(files()).containsExactly(file);

    Files.setPosixFilePermissions(changed, PosixFilePermissions.fromString("rwx------"));
    assertThat(known.read(any -> true)).contains(snapshot(1));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no POSIX permissions")
  void linkInAFolderThatOthersCanWrite_isNotFollowed() throws IOException {
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Path target = Files.writeString(folder.resolve("target"), "precious");
    Path link = Files.createSymbolicLink(shared.resolve("known"), target);
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> new LastKnownGoodFile(link).write(snapshot(1)))
        .isInstanceOf(FileSystemException.class);
    assertThat(target).hasContent("precious");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no POSIX permissions")
  void fileOfAnotherUser_isIgnored() throws IOException {
    LastKnownGoodFile known = new LastKnownGoodFile(file);
    known.write(snapshot(1));
    assumeThat(Files.getAttribute(file, "unix:uid"))
        .as("only root can give away")
        .isEqualTo(0);
    Files.setAttribute(file, "unix:uid", 12345);

    assertThat(known.read(any -> true)).isEmpty();
  }

  @Test
  void file_damagedOrNone_isIgnored() throws IOException {
    LastKnownGoodFile known = new LastKnownGoodFile(file);
    assertThat(known.read(any -> true)).isEmpty();
    Files.createDirectories(file);
    assertThat(known.read(any -> true)).isEmpty();
    Files.delete(file);
    known.write(snapshot(1));
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThat(known.read(any -> true)).isEmpty();
    Files.write(file, new byte[0]);
    assertThat(known.read(any -> true)).isEmpty();
  }

  /** There is no cleanup after an Error, just as after the end of the process. */
  @Test
  void killedBeforeTheRename_leavesTheOldFile_andADraftThatIsRemovedLater() throws IOException {
    LastKnownGoodFile known = new LastKnownGoodFile(file);
    known.write(snapshot(1));
    LastKnownGoodFile dying = new LastKnownGoodFile(file) {
      @Override
      void drafted(Path draft) {
        throw new AssertionError("killed");
      }
    };
    assertThatThrownBy(() -> dying.write(snapshot(2))).hasMessage("killed");
    assertThat(known.read(any -> true)).contains(snapshot(1));
    assertThat(files()).hasSize(2);

    known.write(snapshot(3));
    assertThat(files()).as("the draft may be another process's").hasSize(2);
    for (Path left : files()) {
      Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(100)));
    }
    known.write(snapshot(4));
    assertThat(files()).containsExactly(file);
    assertThat(known.read(any -> true)).contains(snapshot(4));
  }

  @Test
  void write_thatFails_leavesNoDraft() throws IOException {
    LastKnownGoodFile failing = new LastKnownGoodFile(file) {
      @Override
      void drafted(Path draft) {
        throw new IllegalStateException("no");
      }
    };
    assertThatThrownBy(() -> failing.write(snapshot(2))).hasMessage("no");
    assertThat(files()).isEmpty();
  }

  @Test
  void link_isFollowed() throws IOException {
    Files.createDirectories(file.getParent());
    Path real = folder.resolve("real");
    new LastKnownGoodFile(real).write(snapshot(1));
    Files.createSymbolicLink(file, real);
    new LastKnownGoodFile(file).write(snapshot(2));
    assertThat(new LastKnownGoodFile(real).read(any -> true)).contains(snapshot(2));
    assertThat(Files.isSymbolicLink(file)).isTrue();
  }
}
