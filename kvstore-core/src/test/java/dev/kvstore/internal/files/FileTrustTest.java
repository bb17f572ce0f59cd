package dev.kvstore.internal.files;

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

  @TempDir
  private Path accounts;

  private Path file;

  @BeforeEach
  void makeFile() throws IOException {
    file = Files.writeString(folder.resolve("file"), "");
  }

  private FileTrust trust(int user) {
    return FileTrust.of(user, new Accounts(accounts.resolve("passwd"), accounts.resolve("group")));
  }

  /**
   * Writes the lists of users and groups. Irrelevant fields are omitted; lines end with semicolons.
   */
  private void list(String users, String groups) throws IOException {
    Files.writeString(accounts.resolve("passwd"), "# users;".concat(users).replace(';', '\n'));
    Files.writeString(accounts.resolve("group"), groups.replace(';', '\n'));
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

    assertThat(trust(user).problem(file) == null).isEqualTo(trusted);
  }

  @ParameterizedTest
  @CsvSource({
    "4711, rwxrwxr-x, ann:x:4711:4711,                    ann:x:4711:,         true",
    "4711, rwxrwxr-x, ann:x:4711:4711,                    ann:x:4711:ann,      true",
    "4711, rwxrwxr-x, ann:x:4711:4711;sue:x:0:0,          ann:x:4711:sue,      true",
    "4711, rwxrwxrwx, ann:x:4711:4711,                    ann:x:4711:,         false",
    "4711, rwxrwxr-x, ann:x:4711:4711;bob:x:4712:4712,    ann:x:4711:ann#bob,  false",
    "4711, rwxrwxr-x, ann:x:4711:4711;bob:x:4712:4711,    ann:x:4711:,         false",
    "4711, rwxrwxr-x, ann:x:4711:4711,                    ann:x:4711:;b:x:4711:bob, false",
    "4711, rwxrwxr-x, ann:x:4711:4712,                    ann:x:4711:,         false",
    "4711, rwxrwxr-x, bob:x:4712:4712,                    ann:x:4711:,         false",
    "4711, rwxrwxr-x, ann:x:4711:4711,                    bob:x:4712:,         false",
    "4711, rwxrwxr-x, ann:x:4711:4711,                    ann:x:4711:;+,       false",
    "4711, rwxrwxr-x, ann:x:4711:4711;+::x::,             ann:x:4711:,         false",
    "4712, rwxrwxr-x, ann:x:4711:4711;bob:x:4712:4712,    ann:x:4711:,         false"
  })
  void groupOfTheUserAlone_isTrusted(
      int user, String ofFolder, String users, String groups, boolean trusted) throws IOException {
    giveAway("unix:gid", 4711);
    chmod(folder, ofFolder);
    list(users, groups.replace('#', ','));

    assertThat(trust(user).problem(file) == null).isEqualTo(trusted);
  }

  @Test
  void group_whereTheAccountsCannotBeRead_isNotTrusted() throws IOException {
    giveAway("unix:gid", 4711);
    chmod(folder, "rwxrwxr-x");
    list("ann:x:4711:4711", "ann:x:4711:");
    assertThat(trust(4711).problem(file)).isNull();

    Files.delete(accounts.resolve("group"));
    assertThat(trust(4711).problem(file)).contains("chmod go-w");
  }

  @Test
  void groupOfRoot_isNotTrusted() throws IOException {
    giveAway("unix:gid", 0);
    chmod(folder, "rwxrwxr-x");
    list("root:x:0:0", "root:x:0:");

    assertThat(trust(0).problem(file)).contains("chmod go-w");
  }

  @Test
  void fileOfAnotherUser_isNotTrusted() throws IOException {
    giveAway("unix:uid", 4711);

    assertThat(trust(4712).problem(file)).contains("another user");
    assertThat(trust(4711).problem(file)).isNull();
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

    FileTrust trust = trust(user);
    assertThat(trust.sharing().problem(file) == null).isEqualTo(trusted);
    assertThat(trust.problem(file)).isNotNull();
  }
}
