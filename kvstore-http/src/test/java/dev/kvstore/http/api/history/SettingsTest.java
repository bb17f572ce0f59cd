package dev.kvstore.http.api.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Reply;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest extends RecordedService {
  private static final String USUAL =
      "{\"history\":{\"enabled\":true,\"retention\":\"P90D\",\"revisions\":null}}";

  /** The settings as they are read. */
  private static final String PRESENT =
      USUAL.replace("}}", ",\"reachesBackTo\":\"1970-01-01T00:00:00Z\"}}");

  private Reply put(String body, String token) {
    return service.put(store + "/settings", body, token);
  }

  @Test
  void settings_areThoseOfTheService_untilTheStoreHasItsOwn() {
    assertThat(get("/settings").text()).isEqualTo(PRESENT);
    Reply changed = put("{\"history\":{\"retention\":\"P1DT1H\",\"revisions\":2}}", alice);
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.text())
        .isEqualTo("{\"history\":{\"enabled\":true,\"retention\":\"P1DT1H\",\"revisions\":2}}");
    assertThat(put("{\"history\":{\"retention\":\"90m\"}}", alice).text())
        .isEqualTo("{\"history\":{\"enabled\":true,\"retention\":\"PT1H30M\",\"revisions\":2}}");
    for (int i = 0; i < 4; i++) {
      set("ui.a", "" + i);
    }
    assertThat(get("/history/ui.a").json().path("items")).hasSize(2);
    assertThat(
            put("{\"history\":{\"retention\":null,\"revisions\":null}}", alice).text())
        .isEqualTo("{\"history\":{\"enabled\":true,\"retention\":null,\"revisions\":null}}");
    assertThat(put("{\"history\":{}}", alice).text()).contains("\"retention\":null");
    assertThat(get("/settings").text()).contains("\"retention\":null");
  }

  @Test
  void off_hasNoHistory() {
    set("ui.a", "1");
    assertThat(get("").json().path("features").toString()).contains("\"history\"");
    put("{\"history\":{\"enabled\":false}}", alice);
    for (Reply reply : new Reply[] {
      get("/history"),
      get("/history/ui.a"),
      get("/changes"),
      get("/labels"),
      get("/keys/ui.a?at=" + clock.instant()),
      get("/keys?at=label"),
      post("/rollbacks/ui.a", "{\"version\":1}"),
      post("/rollbacks?prefix=", "{\"at\":\"" + clock.instant() + "\"}"),
      service.put(store + "/labels/x", "{}", alice)
    }) {
      assertThat(reply.status()).as(reply.toString()).isEqualTo(409);
      assertThat(reply.code()).isEqualTo("no-history");
    }
    assertThat(get("").json().path("features").toString()).isEqualTo("[\"events\"]");
    set("ui.a", "2");
    put(USUAL, alice);
    assertThat(get("/history/ui.a").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|invalid-value",
        "{\"history\":true}|invalid-value",
        "{\"history\":{},\"more\":1}|invalid-value",
        "{\"history\":{\"on\":true}}|invalid-value",
        "{\"history\":{\"enabled\":\"true\"}}|invalid-value",
        "{\"history\":{\"retention\":90}}|invalid-value",
        "{\"history\":{\"retention\":\"90\"}}|invalid-value",
        "{\"history\":{\"retention\":\"-P1D\"}}|invalid-parameter",
        "{\"history\":{\"retention\":\"P99999D\"}}|invalid-parameter",
        "{\"history\":{\"retention\":\"1ms\"}}|invalid-parameter",
        "{\"history\":{\"revisions\":0}}|invalid-parameter",
        "{\"history\":{\"revisions\":-1}}|invalid-parameter",
        "{\"history\":{\"revisions\":1.5}}|invalid-value",
        "{\"history\":{\"revisions\":99999999999}}|invalid-value"
      })
  void malformed_isRefused(String body, String code) {
    Reply reply = put(body, alice);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(code);
    assertThat(get("/settings").text()).startsWith(USUAL.replace("}}", ","));
  }

  @Test
  void change_needsAnAdministratorOfAllKeys() {
    String writer = tokens.add("writer", Role.WRITE, Limits.NONE);
    String admin = tokens.add("ui-admin", Role.ADMIN, new Limits(List.of(), List.of("ui.")));
    String other = tokens.add("other-admin", Role.ADMIN, new Limits(List.of("other"), List.of()));
    for (String token : List.of(writer, admin, other, limited, reader)) {
      assertThat(put("{\"history\":{\"enabled\":false}}", token).status()).isEqualTo(403);
    }
    assertThat(service.get(store + "/settings", reader).text())
        .startsWith(USUAL.replace("}}", ","));
    assertThat(service.get(store + "/settings", other).status()).isEqualTo(403);
  }
}
