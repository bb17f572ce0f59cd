package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the examples of the help. The tests of the jar run the examples that need a shell. */
class HelpExamplesTest extends KvTest {
  /** A shell word, with or without quotes; a comment ends the line. */
  private static final Pattern WORD = Pattern.compile("'([^']*)'|#.*|[^' ]+");

  @BeforeEach
  void fill() throws IOException {
    for (String theme : List.of("light", "blue", "dark")) {
      kv.store("app").set("ui.theme", theme);
    }
    kv.store("app").set("visits", 1);
    kv.store("staging").set("ui.theme", "dark");
    kv.environment.put("EDITOR", "true");
    kv.print("set", "http.limits", "{\"max\": 3}");
    kv.print("label", "before release 41");
    Files.writeString(folder.resolve("limits.json"), "{\"max\": 3, \"rate\": 12.50}\n");
    Files.writeString(folder.resolve("defaults.json"), "{\"ui.theme\": \"light\", \"a\": 1}\n");
    kv.print("export", "--history", "--file", folder.resolve("house.jsonl").toString());
    Files.writeString(folder.resolve("settings.yaml"), "ui.theme: dark\nhttp.retries: 3\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "get",
        "set",
        "default",
        "delete",
        "list",
        "find",
        "apply",
        "incr",
        "edit",
        "export",
        "import",
        "copy",
        "diff",
        "stores",
        "log",
        "rollback",
        "label"
      })
  void examples_work(String command) {
    List<String> examples = kv.print((command + " --help").strip().split(" "))
        .lines()
        .dropWhile(line -> !line.equals("Examples:"))
        .skip(1)
        .takeWhile(line -> line.startsWith("  "))
        .map(String::strip)
        .filter(line -> line.startsWith("kv ") && !line.matches("[^#]*[|<>].*"))
        .toList();
    assertThat(examples).isNotEmpty();
    for (String example : examples) {
      Kv.Result result = kv.run(words(example).toArray(String[]::new));
      // The etag is arbitrary, and compared values may differ.
      List<Integer> codes = example.contains("--if-match")
          ? List.of(3)
          : example.contains("kv diff") || example.contains("--to 6a10")
              ? List.of(0, 1)
              : List.of(0);
      assertThat(codes).as(example + result).contains(result.code());
    }
  }

  /** Returns the arguments, with files in the folder of the test. */
  private List<String> words(String example) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(example.substring("kv ".length()));
    while (matcher.find()) {
      String word = matcher.group();
      if (matcher.group(1) != null) {
        words.add(matcher.group(1));
      } else if (word.matches("\\w+\\.(jsonl?|yaml)")) {
        words.add(folder.resolve(word).toString());
      } else if (!word.startsWith("#")) {
        words.add(word);
      }
    }
    return words;
  }
}
