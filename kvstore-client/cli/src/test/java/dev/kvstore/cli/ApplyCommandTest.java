package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.KVRevision;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.Mutation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApplyCommandTest extends KvTest {
  private static final Pattern FINGERPRINT = Pattern.compile("--if-match (\\w+) does just that\n");

  private String journal = "";

  private void fill(int entries) {
    Map<String, Integer> many = new HashMap<>();
    for (int i = 0; i < entries; i++) {
      many.put("k.%03d".formatted(i), i);
    }
    kv.store("app").setMany(many);
    journal = folder.resolve("progress.jsonl").toString();
  }

  /** Has the writes of commands pass the hooks, which get their numbers, from 1. */
  private void hook(IntConsumer before, IntConsumer after) {
    int[] writes = {0};
    kv.layer = store -> new ForwardingEntryStore(store) {
      @Override
      public <R> R apply(Mutation<R> mutation) {
        before.accept(++writes[0]);
        R result = super.apply(mutation);
        after.accept(writes[0]);
        return result;
      }
    };
  }

  private static void nothing(int write) {}

  private List<KVRevision<Object>> revisions(String key) {
    return kv.store("app").history().revisions(key, Object.class).items();
  }

  @Test
  void set_changesWhatIsFound_andKeepsExpiries_andWhatIsTheSame() {
    kv.print("set", "ui.a", "\"on\"", "--ttl", "1h");
    kv.print("set", "ui.b", "true");
    kv.print("set", "ui.c", "{\"x\":\"on\"}");
    assertThat(kv.run("apply", "ui.", "--contains", "on", "--set", "true", "-m", "no text"))
        .isEqualTo(new Kv.Result(0, "Changed 2 entries, 0 unchanged, 0 failed\n", ""));
    assertThat(kv.print("export", "ui.", "--format", "properties"))
        .isEqualTo("ui.a=true\nui.b=true\nui.c=true\n");
    assertThat(kv.store("app").entry("ui.a", Kv.ANY).expiresAt()).isPresent();
    assertThat(kv.print("log", "ui.a", "-n", "1")).endsWith("\n    no text\n");
    assertThat(kv.print("apply", "ui.", "--set", "on", "--string", "--type", "boolean"))
        .isEqualTo("Changed 3 entries, 0 unchanged, 0 failed\n");
    assertThat(kv.print("apply", "ui.", "--set", "\"on\""))
        .isEqualTo("Changed 0 entries, 3 unchanged, 0 failed\n");
  }

  @Test
  void patch_keepsOtherMembers_andTheirTypes() {
    kv.store("app").set("ui.a", Map.of("x", 1L, "y", 2));
    kv.print("set", "ui.b", "{\"x\":1,\"z\":0}");
    assertThat(kv.print("apply", "ui.", "--patch", "{\"x\":1,\"z\":0,\"y\":null}", "-m", "why"))
        .isEqualTo("Changed 1 entry, 1 unchanged, 0 failed\n");
    assertThat(kv.store("app").get("ui.a", Kv.ANY)).isEqualTo(Map.of("x", 1L, "z", 0));
    assertThat(revisions("ui.a").get(0).operation().text()).isEqualTo("patch");
    assertThat(revisions("ui.a").get(0).comment()).contains("why");
  }

  @Test
  void dryRun_showsDifferences_andAnEtag_withWhichJustThatIsDone() {
    kv.print("set", "ui.a", "{\"max\":3}");
    kv.print("set", "ui.b", "{\"max\":5}");
    String shown = kv.print("apply", "--patch", "{\"max\":5}", "--dry-run");
    assertThat(shown).startsWith("""
             ui.a: {
            -  "max": 3
            +  "max": 5
             }
            Would change 1 entry, 1 unchanged, 0 failed; --if-match""");
    assertThat(kv.mutations()).containsOnly("Put").hasSize(2);
    Matcher fingerprint = FINGERPRINT.matcher(shown);
    assertThat(fingerprint.find()).isTrue();
    String[] apply = {"apply", "--patch", "{\"max\":5}", "--if-match", fingerprint.group(1)};
    kv.print("set", "ui.c", "{\"max\":1}");
    Kv.Result other = kv.run(apply);
    assertThat(other.code()).isEqualTo(3);
    assertThat(other.err()).contains("What is selected has the fingerprint", "nothing was written");
    kv.print("delete", "ui.c");
    assertThat(kv.print(apply)).isEqualTo("Changed 1 entry, 1 unchanged, 0 failed\n");
  }

  @Test
  void keysFrom_takesKeysOfTheInput_forWhichTheConditionsHold() {
    fill(60);
    kv.input = kv.print("find", "k.") + "k.059\nnone\n";
    Kv.Result result = kv.run("apply", "--keys-from", "-", "--type", "int32", "--set", "7");
    assertThat(result)
        .isEqualTo(new Kv.Result(
            3,
            "Changed 59 entries, 2 unchanged, 1 failed\n",
            "none: there is no such entry\nkv: 1 entry stays as it is: see above\n"));
    assertThat(kv.print("find", "--pointer", "=7").lines()).hasSize(60);
    assertThat(kv.store("app").entry("k.059", Kv.ANY).version()).isEqualTo(2);
    kv.input = "k.001\nk.002\nnone\n";
    assertThat(kv.print("apply", "--keys-from", "-", "--delete", "-m", "gone"))
        .isEqualTo("Deleted 2 entries, 1 unchanged, 0 failed\n");
    assertThat(kv.store("app").keys()).hasSize(58);
    assertThat(revisions("k.001").get(0).comment()).contains("gone");
    kv.input = "a\u0001\n";
    assertThat(kv.run("apply", "--keys-from", "-", "--delete").code()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"--set, false", "--set, true", "--patch, true", "--delete, false", "--delete, true"})
  void stoppedInTheMiddle_goesOnThere_andDoesNothingTwice(String option, boolean isReplyLost) {
    fill(100);
    IntConsumer stop = write -> {
      if (write == 41) {
        throw isReplyLost
            ? new OutcomeUnknownException("Lost", null)
            : new UnavailableException("Away", null);
      }
    };
    hook(
        isReplyLost ? ApplyCommandTest::nothing : stop,
        isReplyLost ? stop : ApplyCommandTest::nothing);
    String[] command = option.equals("--delete")
        ? new String[] {"apply", "k.", "--resume", journal, "--delete"}
        : new String[] {"apply", "k.", "--resume", journal, option, "{\"x\":1}"};
    Kv.Result stopped = kv.run(command);
    assertThat(stopped.code()).isEqualTo(isReplyLost ? 6 : 4);
    assertThat(stopped.err())
        .startsWith("Stopped after 40 of 100 entries; the same command goes on there\n");

    hook(ApplyCommandTest::nothing, ApplyCommandTest::nothing);
    String done = (option.equals("--delete") ? "Deleted" : "Changed")
        + " 100 entries, 0 unchanged, 0 failed\n";
    assertThat(kv.run(command)).isEqualTo(new Kv.Result(0, done, ""));
    assertThat(kv.run(command)).isEqualTo(new Kv.Result(0, done, ""));
    for (int i = 0; i < 100; i++) {
      assertThat(revisions("k.%03d".formatted(i))).hasSize(2);
    }
  }

  @Test
  void entryThatChangesInBetween_isReported_andNotOverwritten() {
    fill(60);
    hook(
        write -> {
          if (write == 1) {
            kv.store("app").set("k.003", "theirs"); // which is read already
            kv.store("app").set("k.030", "theirs");
            kv.store("app").delete("k.040");
          } else if (write == 50) {
            throw new UnavailableException("Away", null);
          }
        },
        ApplyCommandTest::nothing);
    String[] command = {"apply", "k.", "--set", "true", "--resume", journal};
    String failures = """
        k.003: changed meanwhile, and left as it is
        k.030: changed meanwhile, and left as it is
        k.040: there is no such entry
        """;
    assertThat(kv.run(command).err()).startsWith(failures + "Stopped after 51 of 60 entries;");
    kv.store("app").set("k.055", "theirs", WriteOptions.DEFAULT.author("alice"));
    hook(ApplyCommandTest::nothing, ApplyCommandTest::nothing);
    assertThat(kv.run(command))
        .isEqualTo(new Kv.Result(3, "Changed 56 entries, 0 unchanged, 4 failed\n", failures + """
                k.055: changed meanwhile, and left as it is
                kv: 4 entries stay as they are: see above
                """));
    assertThat(kv.print("find", "--contains", "theirs")).isEqualTo("k.003\nk.030\nk.055\n");
  }

  @Test
  void entryThatIsRefused_isReported_andTheOthersAreWritten() {
    fill(3);
    hook(
        write -> {
          if (write == 2) {
            throw new KVException(ErrorCode.TOO_LARGE, "Too large");
          }
        },
        ApplyCommandTest::nothing);
    kv.onTerminal = true;
    Kv.Result result = kv.run("apply", "k.", "--set", "true");
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.out()).isEqualTo("Changed 2 entries, 0 unchanged, 1 failed\n");
    assertThat(result.err().replace("\r\u001B[K", "|"))
        .isEqualTo("|Found 1|Found 2|Found 3||Changed 1 of 3|k.001: Too large\n|Changed 2 of 3"
            + "|Changed 3 of 3|kv: 1 entry stays as it is: see above\n");
  }

  @Test
  void ctrlC_endsAfterAWrite() {
    fill(10);
    hook(ApplyCommandTest::nothing, write -> {
      if (write == 4) {
        kv.interrupt.end();
      }
    });
    assertThat(kv.run("apply", "k.", "--set", "true", "--rate", "1000", "--resume", journal))
        .isEqualTo(new Kv.Result(
            130, "", "Stopped after 4 of 10 entries; the same command goes on there\n"));
    assertThat(kv.print("find", "--type", "boolean").lines()).hasSize(4);
  }

  @Test
  void fileOfProgress_belongsToOneCommand_andHasNoValues() throws IOException {
    fill(3);
    kv.print("apply", "k.", "--set", "\"secret\"", "--resume", journal);
    Path file = Path.of(journal);
    assertThat(Files.readString(file)).contains("\"k.001\"").doesNotContain("secret");
    for (String[] other : new String[][] {
      {"apply", "k.", "--set", "\"other\""},
      {"apply", "k", "--set", "\"secret\""},
      {"apply", "k.", "--delete", "--store", "other"}
    }) {
      String[] command = Arrays.copyOf(other, other.length + 2);
      command[other.length] = "--resume";
      command[other.length + 1] = journal;
      Kv.Result refused = kv.run(command);
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err()).contains(journal + " belongs to another command");
    }
    Path foreign = Files.writeString(folder.resolve("mine.json"), "{\n  \"a\": 1\n}");
    assertThat(kv.run("apply", "k.", "--delete", "--resume", foreign.toString()).err())
        .contains("mine.json is no file of 'kv apply --resume'");
    assertThat(foreign).hasContent("{\n  \"a\": 1\n}");
  }

  @Test
  void fileOfProgress_thatWasCutOff_isGoneOnWith() throws IOException {
    fill(5);
    String[] command = {"apply", "k.", "--set", "true", "--resume", journal};
    kv.print(command);
    String whole = Files.readString(Path.of(journal));
    for (int length = whole.indexOf("\n") + 1; length < whole.length(); length += 7) {
      Files.writeString(Path.of(journal), whole.substring(0, length));
      Kv.Result again = kv.run(command);
      assertThat(again.code()).as(again::toString).isZero();
      assertThat(kv.store("app").entry("k.004", Kv.ANY).version()).isEqualTo(2);
    }
  }

  @Test
  void misuse_isExplained() {
    assertThat(kv.run("apply", "k.").err())
        .startsWith("kv: Give one of --set, --patch, --delete\n");
    assertThat(kv.run("apply", "k.", "--delete", "--set", "1").err()).contains("Give one of --set");
    assertThat(kv.run("apply", "k.", "--set", "dark").err()).contains("--set: ", "add --string");
    assertThat(kv.run("apply", "k.", "--patch", "3").err()).contains("a merge patch is an object");
    assertThat(kv.run("apply", "k.", "--delete", "--string").err()).contains("with --set only");
    assertThat(kv.run("apply", "k.", "--delete", "--rate", "0").err()).contains("at least 1");
    assertThat(kv.run("apply", "k.", "--delete", "--dry-run", "--resume", "f").err())
        .contains("Give only one of --dry-run, --resume");
    kv.environment.put("KVSTORE_PREFIX", "k.");
    kv.environment.put("KVSTORE_DELETE", "true");
    assertThat(kv.run("apply").err()).contains("Give one of --set", "Give PREFIX, a condition");
    assertThat(kv.run("apply", "", "--set", "1").err()).contains("Give PREFIX, a condition");
  }
}
