package dev.kvstore.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no POSIX permissions")
class FileTrustTest {
  @TempDir
  private Path folder;

  private Path file;

  @BeforeEach
  void makeFile() throws IOException {
    file = Files.writeString(folder.resolve("file"), "");
  }

  private void chmod(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private void giveAway(String attribute, int id) throws IOException {
    assumeTrue(Files.getAttribute(file, "unix:uid").equals(0), "only root can give files away");
    Files.setAttribute(file, attribute, id);
    Files.setAttribute(folder, attribute, id);
  }

  @ParameterizedTest
  @CsvSource({
    "rw-r--r--, rwxr-xr-x, true",
    "rw-------, rwx------, true",
    "rw-rw-r--, rwxr-xr-x, false",
    "rw----rw-, rwxr-xr-x, false",
    "rw-------, rwxrwxr-x, false",
    "rw-------, rwxr-xrwx, false"
  })
  void whatOthersCanWrite_isNotTrusted(String ofFile, String ofFolder, boolean trusted)
      throws IOException {
    chmod(file, ofFile);
    chmod(folder, ofFolder);
    int user = (Integer) Files.getAttribute(file, "unix:uid");

    assertThat(FileTrust.of(user, user + 1).problem(file) == null).isEqualTo(trusted);
  }

  @ParameterizedTest
  @CsvSource({
    "4711, 4711, rwxrwxr-x, true",
    "4711, 4711, rwxrwxrwx, false",
    "4711, 4712, rwxrwxr-x, false",
    "4712, 4711, rwxrwxr-x, false"
  })
  void groupOfTheUserAlone_isTrusted(int user, int group, String ofFolder, boolean trusted)
      throws IOException {
    giveAway("unix:gid", 4711);
    chmod(folder, ofFolder);

    assertThat(FileTrust.of(user, group).problem(file) == null).isEqualTo(trusted);
  }

  @Test
  void groupOfRoot_isNotTrusted() throws IOException {
    giveAway("unix:gid", 0);
    chmod(folder, "rwxrwxr-x");

    assertThat(FileTrust.of(0, 0).problem(file)).contains("chmod go-w");
  }

  @Test
  void fileOfAnotherUser_isNotTrusted() throws IOException {
    giveAway("unix:uid", 4711);

    assertThat(FileTrust.of(4712, 4712).problem(file)).contains("another user");
    assertThat(FileTrust.of(4711, 4711).problem(file)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "rw-------, 02775, true",
    "rw-------, 01777, true",
    "rw-------, 0777, false",
    "rw----rw-, 01777, false"
  })
  void sharing_trustsGroups_andStickyFolders(String ofFile, String ofFolder, boolean trusted)
      throws IOException {
    chmod(file, ofFile);
    Files.setAttribute(folder, "unix:mode", Integer.parseInt(ofFolder, 8));
    int user = (Integer) Files.getAttribute(file, "unix:uid");

    FileTrust trust = FileTrust.of(user, user + 1);
    assertThat(trust.sharing().problem(file) == null).isEqualTo(trusted);
    assertThat(trust.problem(file)).isNotNull();
  }
}
