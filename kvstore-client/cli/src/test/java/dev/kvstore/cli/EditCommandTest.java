package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KVEntry;
import dev.kvstore.internal.bson.BsonValues;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests {@code kv edit}. The editors are shell scripts. */
class EditCommandTest extends KvTest {
  private Path seen;
  private Path mark;

  @BeforeEach
  void fill() {
    seen = folder.resolve("seen");
    mark = folder.resolve("mark");
    kv.print("set", "k", "{\"max\":3}", "--ttl", "1h");
  }

  private KVEntry<Object> entry() {
    return kv.store("app").entry("k", Kv.ANY);
  }

  private void editor(String script) throws IOException {
    Path file = Files.writeString(folder.resolve("editor"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    kv.environment.put("EDITOR", file.toString());
  }

  @Test
  void edited_isWritten_andKeepsItsExpiry() throws IOException {
    Optional<Instant> expiry = entry().expiresAt();
    editor(
        "cat \"$1\" > " + seen + "; ls -l \"$1\" >> " + seen + "; ls -ld \"$(dirname \"$1\")\" >> "
            + seen + "; echo \"$1\" > " + mark + "; sed -i s/3/5/ \"$1\"; cp \"$1\" \"$1~\"");
    assertThat(kv.run("edit", "k").out())
        .startsWith("k: set, version 2, etag " + entry().etag() + ", expires ");
    assertThat(kv.print("get", "k")).isEqualTo("{\"max\":5}\n");
    assertThat(entry().expiresAt()).isEqualTo(expiry).isPresent();
    assertThat(Files.readString(seen))
        .startsWith("{\n  \"max\": 3\n}\n-rw------- ")
        .contains("\ndrwx------ ");
    assertThat(Path.of(Files.readString(mark).strip()).getParent()).doesNotExist();
  }

  @Test
  void unchanged_isNotWritten() throws IOException {
    editor("true");
    assertThat(kv.print("edit", "k")).isEqualTo("k: not changed\n");
    editor("echo '{\"max\" : 3}' > \"$1\"");
    assertThat(kv.print("edit", "k")).isEqualTo("k: not changed\n");
    assertThat(entry().version()).isEqualTo(1);
  }

  @Test
  void editorWithOptions_andVisualFirst() throws IOException {
    editor("sed -i s/3/$1/ \"$2\"");
    kv.environment.put("VISUAL", kv.environment.get("EDITOR") + " 7");
    kv.environment.put("EDITOR", "false");
    kv.print("edit", "k");
    assertThat(kv.print("get", "k")).isEqualTo("{\"max\":7}\n");
  }

  @Test
  void editorThatFails_changesNothing() {
    kv.environment.put("EDITOR", "exit 3; echo");
    assertThat(kv.run("edit", "k"))
        .isEqualTo(new Kv.Result(
            2, "", "kv: The editor 'exit 3; echo' ended with code 3; nothing was written\n"));
    assertThat(entry().version()).isEqualTo(1);
  }

  @Test
  void noJson_isToldWithItsPlace_andTheTextIsKept() throws IOException {
    editor("echo '{\"max\": x}' > \"$1\"; echo \"$1\" > " + mark);
    Kv.Result result = kv.run("edit", "k");
    Path kept = Path.of(Files.readString(mark).strip());
    assertThat(result)
        .isEqualTo(new Kv.Result(
            2,
            "",
            "Your text is still in " + kept + "\n"
                + "kv: What you saved cannot be stored: The text is not JSON (line 1, column 9);"
                + " nothing was written\n"));
    assertThat(kept).hasContent("{\"max\": x}");
    Files.delete(kept);
    Files.delete(kept.getParent());
  }

  @Test
  void noJson_isEditedAgain_byWhoeverWants() throws IOException {
    editor("if [ -e " + mark + " ]; then sed -i s/oops/9/ \"$1\"; else touch " + mark
        + "; sed -i s/3/oops/ \"$1\"; fi");
    kv.onTerminal = true;
    kv.input = "\n";
    assertThat(kv.run("edit", "k").err())
        .isEqualTo("What you saved cannot be stored: The text is not JSON (line 2, column 10)\n"
            + "Edit again? [Y/n] ");
    assertThat(entry().version()).isEqualTo(2);
  }

  @Test
  void writtenMeanwhile_showsTheDifference_andWritesNothing() throws IOException {
    meanwhile(() -> kv.store("app").set("k", "theirs"), "echo '\"mine\"' > \"$1\"", () -> {
      Kv.Result result = kv.run("edit", "k");
      assertThat(result.code()).isEqualTo(3);
      assertThat(result.out()).isEqualTo("-k: \"theirs\"\n+k: \"mine\"\n");
      assertThat(result.err())
          .startsWith("'k' was written meanwhile. What is stored now (-), and yours (+):\n")
          .contains("Your text is still in ", "nothing was written");
    });
    assertThat(entry().value()).isEqualTo("theirs");
  }

  @Test
  void writtenMeanwhile_isEditedAgain_byWhoeverWants() throws IOException {
    kv.onTerminal = true;
    kv.input = "y\n";
    meanwhile(
        () -> kv.store("app").set("k", "theirs"),
        "echo '\"mine\"' > \"$1\"",
        () -> assertThat(kv.run("edit", "k").err())
            .endsWith("Edit again, and write over it? [Y/n] "));
    assertThat(entry().value()).isEqualTo("mine");
  }

  @Test
  void deletedMeanwhile_isToldSo() throws IOException {
    kv.onTerminal = true;
    kv.input = "y\n";
    meanwhile(
        () -> kv.store("app").delete("k"),
        "echo '\"mine\"' > \"$1\"",
        () -> assertThat(kv.run("edit", "k").err())
            .startsWith("'k' was deleted meanwhile. Yours (+):\n"));
    assertThat(entry().value()).isEqualTo("mine");
    assertThat(entry().version()).isEqualTo(1);
  }

  /** Runs the test with an editor that the first time waits until something has happened. */
  private void meanwhile(Runnable happening, String edit, Runnable test) throws IOException {
    Path waiting = folder.resolve("waiting");
    editor("touch " + waiting + "; while [ ! -e " + mark + " ]; do sleep 0.02; done; " + edit);
    Thread other = new Thread(() -> {
      await().until(() -> Files.exists(waiting));
      happening.run();
      try {
        Files.createFile(mark);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    other.start();
    test.run();
    try {
      other.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void storedTypes_stay_whereNothingChanged() throws IOException {
    Date date = Date.from(Instant.parse("2026-01-01T00:00:00Z"));
    UUID id = UUID.fromString("00000000-0000-0001-0000-000000000002");
    Map<String, Object> stored = new LinkedHashMap<>();
    stored.put("at", date);
    stored.put("ids", List.of(id, 5L, new byte[] {1}));
    stored.put("max", 3L);
    kv.store("app").set("k", stored);
    editor("true");
    assertThat(kv.print("edit", "k")).isEqualTo("k: not changed\n");
    editor("sed -i 's/3/7/; s/\\[/[0,/' \"$1\"");
    assertThat(kv.run("edit", "k").err())
        .isEqualTo("'k' at /max: its type changes from int64 to int32\n");
    BsonDocument edited = BsonValues.toBsonValue(kv.raw("k")).asDocument();
    assertThat(edited.isDateTime("at")).isTrue();
    assertThat(edited.getArray("ids").stream().map(BsonValue::getBsonType))
        .containsExactly(BsonType.INT32, BsonType.BINARY, BsonType.INT64, BsonType.BINARY);
    assertThat(edited.getInt32("max").getValue()).isEqualTo(7);
  }

  @Test
  void byteOrderMarkOfAnEditor_isSkipped() throws IOException {
    editor("printf '\\357\\273\\277\"x\"' > \"$1\"");
    kv.print("edit", "k");
    assertThat(entry().value()).isEqualTo("x");
  }
}
