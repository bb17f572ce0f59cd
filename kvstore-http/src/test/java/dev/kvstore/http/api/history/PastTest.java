package dev.kvstore.http.api.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Reply;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PastTest extends RecordedService {
  @Test
  void reads_areOfThatInstant() {
    set("ui.a", "1");
    set("ui.b", "1");
    Instant then = step();
    String etag = set("ui.a", "2").etag();
    service.delete(store + "/keys/ui.b", alice);
    set("ui.c", "3");
    assertThat(get("/keys/ui.a?at=" + then).text()).isEqualTo("1");
    assertThat(get("/keys/ui.b?view=entry&at=" + then).json().path("version").asInt())
        .isEqualTo(1);
    assertThat(get("/keys/ui.c?at=" + then).code()).isEqualTo("key-not-found");
    assertThat(get("/values?prefix=ui.&at=" + then).text()).isEqualTo("{\"ui.a\":1,\"ui.b\":1}");
    assertThat(get("/values?key=ui.a&key=ui.c&at=" + then).text()).isEqualTo("{\"ui.a\":1}");
    assertThat(get("/keys?view=keys&at=" + then).text())
        .isEqualTo("{\"items\":[\"ui.a\",\"ui.b\"]}");
    assertThat(get("/keys?key=ui.b&values=true&at=" + then)
            .json()
            .at("/items/0/value")
            .asInt())
        .isEqualTo(1);
    Reply past = get("/keys/ui.a?at=" + then, "If-None-Match: \"" + etag + "\", *");
    assertThat(past.status()).isEqualTo(200);
    assertThat(past.header("ETag")).isNull();
    assertThat(past.header("Cache-Control")).isEqualTo("no-store");
    assertThat(past.header("KV-Version")).isEqualTo("1");
    assertThat(get("/values?at=" + then).header("Cache-Control")).isEqualTo("no-store");
    assertThat(get("/keys/ui.a").header("ETag")).isNotNull();
  }

  @Test
  void pages_keepTheInstant() {
    set("a", "1");
    set("b", "1");
    Instant then = step();
    service.delete(store + "/keys/b", alice);
    String link = String.valueOf(get("/keys?view=keys&limit=1&at=" + then).header("Link"));
    assertThat(service.get(link.substring(1, link.indexOf('>')), alice).text())
        .isEqualTo("{\"items\":[\"b\"]}");
  }

  @ParameterizedTest
  @CsvSource({
    "Z, key-not-found",
    "%2B00:00, key-not-found",
    ".0009999Z, key-not-found",
    ".001Z, 1",
    ".001-00:00, 1",
    ".0019999999999999Z, 1",
    ".002Z, 2"
  })
  void instant_isInclusive_toTheMillisecond(String rest, String expected) {
    Duration ofSecond = Duration.ofMillis(clock.instant().toEpochMilli() % 1000);
    clock.advance(Duration.ofMillis(1001).minus(ofSecond));
    set("a", "1");
    String seconds = clock.instant().toString().replaceAll("\\..*", "");
    clock.advance(Duration.ofMillis(1));
    set("a", "2");
    clock.advance(Duration.ofHours(1));
    Reply reply = get("/keys/a?at=" + seconds + rest);
    assertThat(reply.status() == 404 ? reply.code() : reply.text()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-31, label-not-found",
    "no such label, label-not-found",
    "2026-01-31T12:00:00, invalid-parameter",
    "2026-01-31T12:00:00 01:00, invalid-parameter",
    "2026-02-30T12:00:00Z, invalid-parameter",
    "9999-01-01T00:00:00Z, invalid-parameter",
    "'', invalid-parameter",
    "%00, invalid-parameter",
  })
  void otherTexts_areRefused(String at, String code) {
    set("a", "1");
    for (String path : new String[] {"/keys/a", "/keys", "/values"}) {
      Reply reply = get(path + "?at=" + at.replace(" ", "%20"));
      assertThat(reply.code()).as(path).isEqualTo(code);
      assertThat(reply.status()).isEqualTo(code.equals("invalid-parameter") ? 400 : 404);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/keys/a", "/keys", "/values"})
  void beforeTheHistory_isGone(String path) {
    service.put(
        store + "/settings", "{\"history\":{\"retention\":\"PT1H\",\"revisions\":1}}", alice);
    set("a", "1");
    Instant then = step();
    set("a", "2");
    assertThat(get(path + "?at=" + then).code()).isEqualTo("history-gone");
    assertThat(get(path + "?at=" + then).status()).isEqualTo(410);
  }

  @Test
  void writes_haveNoPast() {
    for (Reply reply : new Reply[] {
      service.put(store + "/keys/a?at=2026-01-01T00:00:00Z", "1", alice),
      service.delete(store + "/keys/a?at=2026-01-01T00:00:00Z", alice),
      service.put(store + "/values?at=2026-01-01T00:00:00Z", "{}", alice)
    }) {
      assertThat(reply.status()).isEqualTo(400);
    }
  }

  @Test
  void limitedToken_seesItsOwnAlone() {
    set("ui.a", "1");
    set("secret", "1");
    Instant then = step();
    assertThat(service.get(store + "/values?at=" + then, limited).text()).isEqualTo("{\"ui.a\":1}");
    assertThat(service.get(store + "/keys/secret?at=" + then, limited).status()).isEqualTo(403);
  }
}
