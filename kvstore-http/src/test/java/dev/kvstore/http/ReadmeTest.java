package dev.kvstore.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVStore;
import dev.kvstore.sqlite.SqliteKVStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Path EXAMPLE = Path.of("src/test/java/dev/kvstore/http/ReadmeExample.java");
  private static final Pattern REGION =
      Pattern.compile("(?s)// README [a-z-]+\n(.*?)\n *// README end");

  @Test
  void readme_showsTheExampleThatIsCompiled() throws IOException {
    List<String> regions = REGION
        .matcher(Files.readString(EXAMPLE))
        .results()
        .map(ReadmeTest::withoutIndent)
        .toList();
    assertThat(regions).hasSize(7);
    assertThat(Files.readString(README)).contains(regions);
  }

  @Test
  void example_runs(@TempDir Path folder) {
    try (KVStore settings = SqliteKVStore.open(folder.resolve("settings.db"), "settings")) {
      ReadmeExample.use(settings);
      assertThat(settings.get("ui.theme", String.class)).isEqualTo("blue");
      assertThat(settings.get("http.limit", Integer.class)).isEqualTo(6);

      settings.setMany(Map.of("http.port", 8080, "http.tls.certificate", "tls.pem"));
      ReadmeExample.HttpSettings http = ReadmeExample.bind(settings).current();
      assertThat(http.port()).isEqualTo(8080);
      assertThat(http.maxRetries()).isEqualTo(3);
      assertThat(http.tls().certificate()).isEqualTo(Path.of("tls.pem"));
    }
  }

  private static String withoutIndent(MatchResult region) {
    return region.group(1).stripIndent();
  }
}
