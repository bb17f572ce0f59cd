package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.HistorySettings;
import dev.kvstore.KVHistory;
import org.junit.jupiter.api.Test;

class HistoryCommandsTest extends KvTest {
  @Test
  void log_ofAKey_isThere_newestFirst_withCommentAndDifference() {
    kv.print("set", "ui.theme", "\"dark\"", "-m", "for the night");
    kv.print("set", "ui.theme", "\"blue\"");
    kv.print("delete", "ui.theme", "-m", "no longer used");

    String log = kv.print("log", "ui.theme", "-p");
    assertThat(log.lines().map(line -> line.replaceAll("  \\S+Z  .*", "")))
        .containsExactly(
            "ui.theme  delete",
            "    no longer used",
            "-ui.theme: \"blue\"",
            "ui.theme  set v2",
            "-ui.theme: \"dark\"",
            "+ui.theme: \"blue\"",
            "ui.theme  set v1",
            "    for the night",
            "+ui.theme: \"dark\"");
    assertThat(kv.print("log", "ui.theme", "-n", "1", "-o", "json"))
        .startsWith("{\"key\":\"ui.theme\",\"operation\":\"delete\",\"at\":")
        .contains("\"comment\":\"no longer used\"");
  }

  @Test
  void log_ofAPrefix_leavesOutOtherKeys() {
    kv.print("set", "ui.a", "1");
    kv.print("set", "http.a", "1");
    assertThat(kv.print("log", "--prefix", "ui.")).contains("ui.a").doesNotContain("http.a");
    Kv.Result none = kv.run("log", "nothing");
    assertThat(none.code()).isZero();
    assertThat(none.err()).contains("No changes are recorded of 'nothing'");
  }

  @Test
  void log_valueThatIsNotKept_isSaidToBe() {
    KVHistory history = kv.store("app").history();
    kv.print("set", "k", "1");
    history.configure(HistorySettings.OFF);
    kv.print("set", "k", "2");
    kv.print("delete", "k");
    history.configure(HistorySettings.DEFAULT);
    kv.print("set", "k", "3");
    history.configure(HistorySettings.DEFAULT.revisions(1));
    kv.print("set", "k", "4");
    kv.print("set", "other", "1");
    assertThat(kv.print("log", "-p").lines().filter(line -> line.startsWith(" ")))
        .containsExactly(" k: the earlier value is not kept");
    history.configure(HistorySettings.DEFAULT);
    assertThat(kv.print("log", "-p").lines()).contains("+other: 1");
  }

  @Test
  void log_ofACopy_saysWhereItIsFrom() {
    kv.print("set", "ui.a", "1");
    kv.print("copy", "ui.a", "--to-prefix", "old.");
    assertThat(kv.print("log", "--prefix", "old.").lines()).contains("    from ui.a v1");
    assertThat(kv.print("log", "--prefix", "old.", "-o", "json"))
        .contains("\"from\":{\"store\":\"app\",\"key\":\"ui.a\",\"version\":1,");
  }

  @Test
  void rollback_toAVersion_storesItAgain() {
    kv.print("set", "k", "1");
    kv.print("set", "k", "2");
    assertThat(kv.print("rollback", "k", "--to", "1", "-m", "oops"))
        .startsWith("k: set, version 3");
    assertThat(kv.print("get", "k")).isEqualTo("1\n");
    assertThat(kv.print("log", "k")).contains("k  rollback v3").contains("    oops");
    Kv.Result absent = kv.run("rollback", "k", "--to", "9");
    assertThat(absent.code()).isEqualTo(1);
    assertThat(absent.err()).contains("'k'").contains("9");
  }

  @Test
  void rollback_ofAPrefix_toALabel_afterADryRun() {
    kv.print("set", "ui.a", "1");
    kv.print("label", "release", "-m", "the last good one");
    assertThat(kv.print("label")).contains("release").contains("the last good one");
    kv.print("set", "ui.a", "2");
    kv.print("set", "ui.b", "1");
    assertThat(kv.print("get", "ui.a", "--at", "release")).isEqualTo("1\n");
    assertThat(kv.print("list", "--keys", "--at", "release")).isEqualTo("ui.a\n");

    Kv.Result dry = kv.run("rollback", "--prefix", "ui.", "--at", "release", "--dry-run");
    assertThat(dry.out()).isEqualTo("changed  ui.a  2  -> 1\ndeleted  ui.b  1\n");
    assertThat(dry.err()).contains("0 created, 1 changed, 1 deleted, 0 the same; --if-match ");
    assertThat(kv.print("get", "ui.a")).isEqualTo("2\n");
    kv.print("rollback", "--prefix", "ui.", "--at", "release");
    assertThat(kv.print("get", "ui.a")).isEqualTo("1\n");
    assertThat(kv.run("get", "ui.b").code()).isEqualTo(1);
  }

  @Test
  void unknownLabel_isNamed() {
    Kv.Result unknown = kv.run("get", "k", "--at", "nothing");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("'nothing' is neither a time").contains("'app'");
    assertThat(kv.run("label", "nothing", "--delete").code()).isEqualTo(1);
  }

  @Test
  void misuse_isExplained() {
    assertThat(kv.run("rollback", "k").err()).contains("Give one of --to, --at");
    assertThat(kv.run("rollback", "--prefix", "ui.").err()).contains("together with --at");
    assertThat(kv.run("label", "--delete").err()).contains("Missing the name of the label");
    assertThat(kv.run("set", "k", "1", "-m", "x".repeat(501)).err()).contains("at most 500");
  }
}
