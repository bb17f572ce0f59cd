package dev.kvstore.http.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVStore;
import dev.kvstore.http.Main;
import dev.kvstore.sqlite.SqliteKVStore;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupCommandTest {
  @TempDir
  private Path folder;

  private record Outcome(int code, String out, String err) {}

  private Outcome run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Map<String, String> environment =
        Map.of("KVSTORE_DATA", folder.resolve("data").toString());
    int code =
        Main.run(arguments, environment, new PrintWriter(out, true), new PrintWriter(err, true));
    return new Outcome(code, out.toString(), err.toString());
  }

  private Path data() {
    return folder.resolve("data").resolve(Backend.FILE);
  }

  private String copy() {
    return folder.resolve("copy.db").toString();
  }

  @Test
  void backup_ofADatabaseInUse_isWhatRestoreBringsBack() {
    try (KVStore store = SqliteKVStore.open(data(), "app")) {
      store.set("ui.theme", "dark");
      Outcome backup = run("backup", copy());

      assertThat(backup.code()).as(backup.err()).isZero();
      assertThat(backup.out()).contains(data().toString(), copy()).hasLineCount(1);
      assertThat(backup.err()).isEmpty();
      store.set("ui.theme", "light");
    }
    Path elsewhere = folder.resolve("elsewhere");
    Outcome restore = run("restore", "--data=" + elsewhere, copy());

    assertThat(restore.code()).as(restore.err()).isZero();
    assertThat(restore.out()).startsWith("Restored " + elsewhere).hasLineCount(1);
    try (KVStore store = SqliteKVStore.open(elsewhere.resolve(Backend.FILE), "app")) {
      assertThat(store.get("ui.theme", String.class)).isEqualTo("dark");
    }
  }

  @Test
  void backup_namesTheFileOfTheTokens() {
    SqliteKVStore.open(data(), "app").close();
    assertThat(run("tokens", "create", "--name=ci", "--role=read").code()).isZero();

    assertThat(run("backup", copy()).err())
        .contains("Tokens", data().resolveSibling("tokens.yaml").toString())
        .hasLineCount(1);
  }

  @Test
  void restore_overData_isAFailure_thatLeavesIt() {
    try (KVStore store = SqliteKVStore.open(data(), "app")) {
      store.set("k", 1);
      assertThat(run("backup", copy()).code()).isZero();
      store.set("k", 2);
    }
    Outcome restore = run("restore", copy());

    assertThat(restore.code()).isEqualTo(1);
    assertThat(restore.err()).contains(data() + " exists already", "stop the service");
    try (KVStore store = SqliteKVStore.open(data(), "app")) {
      assertThat(store.get("k", Integer.class)).isEqualTo(2);
    }
  }

  @Test
  void backup_withoutADatabase_isAFailure() {
    Outcome backup = run("backup", copy());

    assertThat(backup.code()).isEqualTo(1);
    assertThat(backup.err()).contains(data() + " does not exist").hasLineCount(1);
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"backup", "restore"})
  void mongodb_isForItsOwnTools(String command) {
    Outcome outcome = run(command, "--mongodb=mongodb://alice:hunter2@localhost/app", copy());

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("mongodump", "mongorestore").doesNotContain("hunter2");
    assertThat(Files.exists(Path.of(copy()))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"backup", "restore", "backup a b", "backup --port=1 a", "restore --x a"})
  void wrongCommand_isAUsageError(String arguments) {
    Outcome outcome = run(arguments.split(" ", -1));

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("--help").doesNotContain("Exception");
  }

  @ParameterizedTest
  @ValueSource(strings = {"backup", "restore"})
  void help_isThere(String command) {
    Outcome outcome = run(command, "--help");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains("Usage:", "FILE", "--data");
  }
}
