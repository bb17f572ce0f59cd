package dev.kvstore.internal.sqlite;

import static dev.kvstore.internal.sqlite.Values.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.testing.RawStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Tests backups of a database in use, and restoring them. */
@Timeout(120)
class SqliteBackupTest extends SqliteTestBase {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final SqliteBackup.Progress SILENT = (bytes, total) -> {};

  private final List<Process> children = new ArrayList<>();
  private Path file;
  private Path copy;
  private Path target;

  @BeforeEach
  void name() throws IOException {
    file = folder.toRealPath().resolve("settings.db");
    copy = folder.resolve("copy.db");
    target = folder.resolve("data").resolve("kvstore.db");
  }

  @AfterEach
  void killChildren() throws InterruptedException {
    for (Process child : children) {
      SqliteChild.kill(child);
    }
  }

  private void fill(int megabytes) {
    try (SqliteEntryDatabase database = SqliteEntryDatabase.open(file)) {
      set(database, "k", text("v"));
      for (int i = 0; i < megabytes; i++) {
        set(database, "large/" + i, text("x".repeat(1 << 20)));
      }
    }
  }

  private void backup() {
    SqliteBackup.backup(file, copy, TIMEOUT, SILENT);
  }

  private void restore() {
    SqliteBackup.restore(copy, target, SILENT);
  }

  private void assertRefused(Runnable action, ErrorCode code, String... texts) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(KVException.class, e -> assertThat(e.code()).isEqualTo(code))
        .message()
        .contains(texts);
    assertNoDrafts();
  }

  private void assertNoDrafts() {
    try (Stream<Path> all = Files.walk(folder)) {
      assertThat(all).noneMatch(path -> path.toString().contains(".partial"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds the keys to the list as the process acknowledges them. */
  private void collect(Process child, List<String> acknowledged) {
    children.add(child);
    threads.execute(() -> {
      try (BufferedReader lines = child.inputReader()) {
        lines
            .lines()
            .filter(line -> line.endsWith("."))
            .map(line -> line.substring(0, line.length() - 1))
            .forEach(acknowledged::add);
      } catch (IOException | UncheckedIOException e) {
        // The test has ended.
      }
    });
  }

  private static void awaitMore(List<String> acknowledged, int more) {
    int before = acknowledged.size();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> acknowledged.size() >= before + more);
  }

  @Test
  void backup_whileAnotherProcessWrites_isOneStateOfTheFile_andHoldsNobodyUp() throws Exception {
    fill(16);
    List<String> acknowledged = new CopyOnWriteArrayList<>();
    Process child = SqliteChild.writing(file, "w");
    collect(child, acknowledged);
    awaitMore(acknowledged, 100);

    List<String> before = List.copyOf(acknowledged);
    AtomicInteger steps = new AtomicInteger();
    SqliteBackup.backup(file, copy, TIMEOUT, (bytes, total) -> {
      steps.incrementAndGet();
      awaitMore(acknowledged, 20);
    });
    SqliteChild.kill(child);

    assertThat(steps).hasValueGreaterThan(2);
    SqliteEntryDatabase opened = open(copy);
    RawStore store = RawStore.of(opened.store("s"));
    assertThat(store.readMany(before)).hasSameSizeAs(before);
    List<String> copied =
        keys(opened).stream().filter(key -> key.startsWith("w")).toList();
    for (int writer = 0; writer < 8; writer++) {
      String prefix = "w" + writer + "/";
      long count = copied.stream().filter(key -> key.startsWith(prefix)).count();
      // Each write is sent after the previous one was acknowledged, so a consistent copy has no
      // gaps.
      assertThat(copied)
          .containsAll(IntStream.range(0, (int) count).mapToObj(i -> prefix + i).toList());
    }
    assertThat(store.readMany(List.copyOf(acknowledged))).hasSizeLessThan(acknowledged.size());
    assertThat(keys(open(file))).containsAll(acknowledged);
    assertNoDrafts();
  }

  @Test
  void backup_ofADatabaseOfThisProcess_leavesItLocked() throws Exception {
    SqliteEntryDatabase database = open(file);
    set(database, "k", text("v"));
    backup();
    set(database, "later", text("v"));

    Process other = SqliteChild.holding(file);
    children.add(other);
    assertThat(other.inputReader().readLine()).startsWith("LOCKED");
    assertThat(keys(open(copy))).containsExactly("k");
    assertThat(keys(database)).containsExactly("k", "later");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void backup_andWhatIsRestored_areForTheirOwnerAlone() throws Exception {
    fill(0);
    backup();
    restore();

    for (Path made : List.of(copy, target)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
          .isEqualTo("rw-------");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target.getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void restore_bringsBackEveryEntry_asItWas() {
    fill(1);
    backup();
    restore();

    assertThat(target.getParent()).isDirectoryNotContaining("glob:**.db-*");
    RawStore before = RawStore.of(open(file).store("s"));
    RawStore after = RawStore.of(open(target).store("s"));
    assertThat(after.readMany(List.of("k", "large/0")))
        .hasSize(2)
        .isEqualTo(before.readMany(List.of("k", "large/0")));
    assertNoDrafts();
  }

  @Test
  void progress_endsWithTheWholeFile() {
    fill(9);
    List<Long> seen = new ArrayList<>();
    SqliteBackup.backup(file, copy, TIMEOUT, (bytes, total) -> {
      assertThat(total).isEqualTo(file.toFile().length());
      seen.add(bytes);
    });

    assertThat(seen)
        .isSorted()
        .hasSizeGreaterThan(2)
        .last()
        .isEqualTo(file.toFile().length());
  }

  @Test
  void backup_nameThatIsTaken_isRefused() throws IOException {
    fill(0);
    Files.writeString(copy, "mine");

    assertRefused(this::backup, ErrorCode.INVALID_PARAMETER, copy.toString(), "exists already");
    assertThat(copy).hasContent("mine");
  }

  @Test
  void backup_nameThatIsTakenMeanwhile_isLeftAsItIs() {
    fill(0);
    assertThatThrownBy(() -> SqliteBackup.backup(file, copy, TIMEOUT, (bytes, total) -> {
          try {
            Files.writeString(copy, "mine");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }))
        .isInstanceOf(KVException.class)
        .hasMessageContaining(copy.toString());

    assertThat(copy).hasContent("mine");
    assertNoDrafts();
  }

  @Test
  void backup_withoutADatabase_isRefused_andMakesNone() {
    assertRefused(this::backup, ErrorCode.INVALID_PARAMETER, file + " does not exist");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void backup_intoAFolderThatIsNotThere_isRefused() {
    fill(0);
    copy = folder.resolve("none").resolve("copy.db");

    assertRefused(this::backup, ErrorCode.INVALID_PARAMETER, "none does not exist");
  }

  @Test
  void backup_ofADamagedFile_isRefused() throws IOException {
    fill(1);
    damage(file);

    assertRefused(this::backup, ErrorCode.INTERNAL, file + " is damaged");
    assertThat(copy).doesNotExist();
  }

  @Test
  void restore_overData_isRefused() throws IOException {
    fill(0);
    backup();
    Files.createDirectories(target.getParent());
    Files.writeString(target, "");

    assertRefused(this::restore, ErrorCode.INVALID_PARAMETER, target + " exists already");
    assertThat(target).isEmptyFile();
  }

  @Test
  void restore_besideALogWithoutItsDatabase_isRefused() throws IOException {
    fill(0);
    backup();
    Files.createDirectories(target.getParent());
    Files.writeString(target.resolveSibling("kvstore.db-wal"), "entries");

    assertRefused(this::restore, ErrorCode.INVALID_PARAMETER, "kvstore.db-wal exists already");
    assertThat(target).doesNotExist();
  }

  @Test
  void restore_ofAFileWithItsLogBeside_isRefused() throws IOException {
    fill(0);
    backup();
    Files.writeString(copy.resolveSibling("copy.db-wal"), "entries");

    assertRefused(this::restore, ErrorCode.INVALID_PARAMETER, "copy.db-wal", "by hand");
    assertThat(target).doesNotExist();
  }

  @Test
  void restore_ofADamagedCopy_isRefused() throws IOException {
    fill(1);
    backup();
    damage(copy);

    assertRefused(this::restore, ErrorCode.INTERNAL, copy + " is damaged");
    assertThat(target).doesNotExist();
  }

  @Test
  void restore_ofAnotherFile_isRefused() throws Exception {
    Files.writeString(copy, "some text, long enough to be taken for a header of a database file");
    assertRefused(this::restore, ErrorCode.UNSUPPORTED_SERVER, "is not a SQLite database");

    Files.delete(copy);
    sql(copy, "CREATE TABLE t (a)");
    assertRefused(this::restore, ErrorCode.UNSUPPORTED_SERVER, "of another application");
    assertThat(target).doesNotExist();
  }

  @Test
  void restore_ofANewerFormat_isRefused() throws Exception {
    fill(0);
    backup();
    sql(copy, "PRAGMA user_version = 999");

    assertRefused(this::restore, ErrorCode.UNSUPPORTED_SERVER, copy.toString(), "format 999");
    assertThat(target).doesNotExist();
  }

  @Test
  void restore_withoutACopy_isRefused() {
    assertThatThrownBy(this::restore)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(copy + " does not exist");
    assertThat(folder).isEmptyDirectory();
  }

  /** Damages the file except for its first page, so that it is still recognized as a database. */
  private static void damage(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, 4096, bytes.length, (byte) 0xA5);
    Files.write(file, bytes);
  }
}
