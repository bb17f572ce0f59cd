package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that a layer sees each write of a command as one mutation. */
class MutationsTest {
  @TempDir
  private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "set n 2 | Put",
        "default x 2 | Put",
        "delete n | Delete",
        "delete --prefix n | DeleteMany",
        "copy n --to-store other | All",
        "copy --prefix n --to-prefix m --move | All",
        "copy n --to-store other --dry-run |",
        "incr n | Add",
        "edit n | Put",
        "find n |",
        "apply n --set 2 | Put",
        "apply n --delete | Delete",
        "apply n --delete --dry-run |",
        "import FILE | Batch",
        "import FILE --mode defaults | Put",
        "import FILE --deep | Put, Batch",
        "import FILE --dry-run |",
        "export |",
        "list |"
      })
  void command_writes(String line, String kinds) throws IOException {
    Path file = Files.writeString(folder.resolve("f.json"), "{\"k\": {\"b\": 1}, \"x\": 3}");
    Path editor = Files.writeString(folder.resolve("editor.sh"), "echo 7 > \"$1\"");
    try (Kv kv = new Kv(folder)) {
      kv.store("app").set("n", 1);
      kv.store("app").set("k", List.of());
      kv.environment.put("EDITOR", "sh " + editor);
      kv.print(line.strip().replace("FILE", file.toString()).split(" "));
      assertThat(kv.mutations()).isEqualTo(kinds == null ? List.of() : List.of(kinds.split(", ")));
    }
  }
}
