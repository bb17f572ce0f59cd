package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ListCommandsTest extends KvTest {
  @BeforeEach
  void fill() {
    kv.print("set", "http.rate", "12.50");
    kv.print("set", "ui.theme", "\"dark\"");
    kv.print("set", "ui/menu/first", "[1,2]");
  }

  private String updated(String key) {
    return kv.store("app")
        .entry(key, Kv.ANY)
        .updatedAt()
        .truncatedTo(ChronoUnit.SECONDS)
        .toString();
  }

  @Test
  void list_isATable() {
    assertThat(kv.print("list"))
        .isEqualTo(
            "KEY             VALUE    VERSION   UPDATED\n" + "http.rate       12.50    1         "
                + updated("http.rate") + "\n" + "ui.theme        \"dark\"   1         "
                + updated("ui.theme") + "\n" + "ui/menu/first   [1,2]    1         "
                + updated("ui/menu/first") + "\n");
    assertThat(kv.print("list", "ui.")).contains("ui.theme").doesNotContain("http", "menu");
  }

  @Test
  void list_showsExpiries_whereThereAreAny() {
    kv.print("set", "ui.theme", "1", "--ttl", "1h");
    assertThat(kv.print("ls", "ui.")).contains("EXPIRES").contains("Z   20");
  }

  @Test
  void list_shortensValues_onATerminalAlone() {
    kv.print("set", "long", "x".repeat(500), "-s");
    assertThat(kv.print("list", "long")).contains("x".repeat(500));
    kv.onTerminal = true;
    assertThat(kv.print("list", "long")).contains("\"" + "x".repeat(58) + "…   1 ");
  }

  @Test
  void list_isBold_whereThereAreColours() {
    kv.colored = true;
    assertThat(kv.print("list")).startsWith("\u001B[1mKEY");
  }

  @Test
  void list_withNothingToShow_saysSo() {
    assertThat(kv.run("list", "none."))
        .isEqualTo(
            new Kv.Result(0, "", "No entries whose keys begin with 'none.' in store 'app'\n"));
    assertThat(kv.print("list", "none.", "-o", "json")).isEqualTo("[ ]\n");
    assertThat(kv.print("list", "none.", "--keys")).isEmpty();
  }

  @Test
  void list_asTree() {
    kv.print("set", "ui", "1");
    assertThat(kv.print("list", "--tree")).isEqualTo("""
            ├── http.
            │   └── rate  12.50
            ├── ui  1
            ├── ui.
            │   └── theme  "dark"
            └── ui/
                └── menu/
                    └── first  [1,2]
            """);
  }

  @Test
  void list_ofKeys() {
    assertThat(kv.print("list", "--keys")).isEqualTo("http.rate\nui.theme\nui/menu/first\n");
    assertThat(kv.run("list", "--keys", "--tree").code()).isEqualTo(2);
  }

  @Test
  void list_asJsonAndYaml() throws IOException {
    JsonNode entries = new ObjectMapper().readTree(kv.print("list", "ui", "-o", "json"));
    assertThat(entries).hasSize(2);
    assertThat(entries.path(0).path("key").asText()).isEqualTo("ui.theme");
    assertThat(entries.path(0).path("version").asLong()).isEqualTo(1);
    assertThat(kv.print("list", "http", "-o", "yaml"))
        .startsWith("  - key: \"http.rate\"\n    value: 12.50\n    version: 1\n");
  }

  @Test
  void list_readsAllPages() {
    Map<String, Integer> many = new HashMap<>();
    for (int i = 0; i < 2500; i++) {
      many.put("many." + i, i);
    }
    kv.store("app").setMany(many);
    assertThat(kv.print("list", "many.", "--keys").lines()).hasSize(2500);
    assertThat(kv.print("list", "many.").lines()).hasSize(2501);
  }

  @Test
  void stores_areCounted() {
    kv.print("set", "k", "1", "--store", "other");
    kv.environment.remove("KVSTORE_STORE");
    assertThat(kv.print("stores")).isEqualTo("STORE   ENTRIES\napp     3\nother   1\n");
    assertThat(kv.print("stores", "-o", "yaml"))
        .isEqualTo("  - name: \"app\"\n    entries: 3\n  - name: \"other\"\n    entries: 1\n");
  }
}
