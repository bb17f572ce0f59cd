package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.WriteOptions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FindCommandTest extends KvTest {
  @BeforeEach
  void fill() {
    kv.store("app").set("date", Date.from(Instant.parse("2026-01-01T00:00:00Z")));
    kv.store("app").set("id", UUID.fromString("6fb6ee6c-7c10-4c8d-8d8c-3b6f8b4f0a01"));
    kv.store("app").set("nan", Double.NaN);
    kv.print("set", "http.rate", "12.50");
    kv.print("set", "http.long", "5000000000");
    kv.print("set", "list", "[{\"host\":\"a.example.com\"},{\"host\":\"b\",\"port\":80}]");
    kv.print("set", "nested", "{\"a/b\":{\"x\":1,\"y\":[true,null]},\"example.com\":2}");
    kv.print("set", "ui.theme", "\"dark\"");
    kv.store("app").set("ui.by", 1, WriteOptions.DEFAULT.author("alice"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ui. | ui.by ui.theme",
        "--prefix ui. | ui.by ui.theme",
        "--type text | ui.theme",
        "--type INT64 | http.long",
        "--type decimal | http.rate",
        "--type null |",
        "--type date | date",
        "--type uuid | id",
        "--type array | list",
        "--author alice | ui.by",
        "--author bob |",
        "--contains example.com | list",
        "--contains Example.com |",
        "--pointer =\"dark\" | ui.theme",
        "--pointer =12.5 | http.rate",
        "--pointer =\"2026-01-01T00:00:00Z\" | date",
        "--pointer /1/port=80.0 | list",
        "--pointer /-/port=80 |",
        "--pointer /9={} |",
        "--pointer /a~1b={\"y\":[true,null],\"x\":1} | nested",
        "--pointer /a~1b={\"x\":1} |",
        "--pointer /a~1b/y/1=null --pointer /a~1b/x=1 | nested",
        "--pointer /a~1b/y/1=null --pointer /a~1b/x=2 |",
        "ui. --type text --contains ar | ui.theme",
        "http. --type text |",
      })
  void find_printsTheKeys_forWhichAllConditionsHold(String arguments, String keys) {
    String found = kv.print(("find " + arguments).split(" "));
    assertThat(found.lines()).containsExactly(keys == null ? new String[0] : keys.split(" "));
  }

  @Test
  void olderThan_isMeasured_fromTheLastChange() {
    kv.clock = Clock.offset(Clock.systemUTC(), Duration.ofDays(30));
    assertThat(kv.print("find", "ui.", "--older-than", "29d")).isEqualTo("ui.by\nui.theme\n");
    assertThat(kv.print("find", "ui.", "--older-than", "31d")).isEmpty();
  }

  @Test
  void find_readsAllPages() {
    Map<String, Integer> many = new HashMap<>();
    for (int i = 0; i < 2500; i++) {
      many.put("many." + i, i);
    }
    kv.store("app").setMany(many);
    assertThat(kv.print("find", "many.", "--type", "int32").lines()).hasSize(2500);
  }

  @Test
  void output_isThatOfList() {
    for (String form : new String[] {"json", "yaml"}) {
      assertThat(kv.print("find", "ui.", "-o", form))
          .isEqualTo(kv.print("list", "ui.", "-o", form));
    }
    assertThat(kv.print("find", "ui.", "-o", "table")).isEqualTo(kv.print("list", "ui."));
    assertThat(kv.print("find", "ui.", "-o", "tree")).isEqualTo(kv.print("list", "ui.", "--tree"));
    assertThat(kv.run("find", "none", "-o", "table"))
        .isEqualTo(new Kv.Result(0, "", "No such entries in store 'app'\n"));
  }

  @Test
  void misuse_isExplained() {
    assertThat(kv.run("find", "--type", "string").err())
        .startsWith("kv: option --type: there is no such type; the types are null, boolean,");
    assertThat(kv.run("find", "--pointer", "/a=dark").err())
        .contains("is not JSON", "text needs quotes");
    assertThat(kv.run("find", "--pointer", "a=1").err()).contains("begins with /");
    assertThat(kv.run("find", "--pointer", "/a").err()).contains("look like /http/port=80");
    assertThat(kv.run("find", "--older-than", "-PT1S").err()).contains("must not be negative");
    assertThat(kv.run("find", "--contains").code()).isEqualTo(2);
  }
}
