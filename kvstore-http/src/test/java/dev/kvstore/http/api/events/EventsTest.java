package dev.kvstore.http.api.events;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.SyncToken;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.api.events.EventReader.Event;
import dev.kvstore.http.command.Backend;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests {@code /v1/stores/{store}/events}. */
class EventsTest {
  private static final String EVENTS = "/v1/stores/app/events";
  private static final String KEYS = "/v1/stores/app/keys/";
  private static final EventSettings QUICK =
      new EventSettings(3, 1024, Duration.ofMillis(50), Duration.ofSeconds(20), 3);

  /** How long the service would wait for requests that do not end. */
  private static final Duration STOPPING = Duration.ofSeconds(60);

  @TempDir
  private Path folder;

  private final ManualClock clock = new ManualClock();
  private TestService service;

  @BeforeEach
  void start() {
    service = TestService.start(
        Backend.cached(
            "sqlite",
            SqliteEntryDatabase.open(
                folder.resolve("test.db"),
                SqliteConfig.DEFAULT.clock(clock).sweepInterval(Duration.ofMillis(20)))),
        with(ServerSettings.DEFAULT, "stopTimeout", STOPPING, "events", QUICK));
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private EventReader open(String query, String... headers) {
    EventReader reader = EventReader.open(service, EVENTS + query, headers);
    assertThat(reader.status()).isEqualTo(200);
    return reader;
  }

  private EventReader ready(String query) {
    EventReader reader = open(query);
    assertThat(reader.next().type()).isEqualTo("ready");
    return reader;
  }

  @Test
  void stream_tellsWhatHappens() {
    service.put(KEYS + "before", "1");
    try (EventReader reader = open("", "Accept: text/event-stream")) {
      Event ready = reader.next();
      String etag = service.put(KEYS + "a", "1").etag();
      service.put("/v1/stores/other/keys/x", "1");
      service.put(KEYS + "a", "2");
      service.delete(KEYS + "a");
      service.put(KEYS + "a?ttl=PT1H", "3");
      Event set = reader.next();
      List<String> more = reader.next(3);
      clock.advance(Duration.ofHours(1));
      Event expire = reader.next();

      assertThat(reader.headers())
          .containsEntry("Content-Type", "text/event-stream")
          .containsEntry("Cache-Control", "no-store");
      assertThat(ready.type()).isEqualTo("ready");
      assertThat(ready.data().path("syncToken").asText()).isEqualTo(ready.id());
      assertThat(set.toString()).isEqualTo("a=v1");
      assertThat(set.data().path("etag").asText()).isEqualTo(etag);
      assertThat(set.data().path("syncToken").asText()).isEqualTo(set.id());
      assertThat(set.data().has("value")).isFalse();
      assertThat(more).containsExactly("a=v2", "delete a", "a=v1");
      assertThat(expire.toString()).isEqualTo("expire a");
      assertThat(expire.data().path("etag").isNull()).isTrue();
      assertThat(expire.version()).isZero();
    }
  }

  @Test
  void stream_ofAPrefixOrOfKeys_tellsOfThoseAlone() {
    try (EventReader prefix = ready("?prefix=a%2F");
        EventReader keys = ready("?key=a/x&key=b")) {
      for (String key : List.of("a/x", "b", "ab", "a/y", "b")) {
        service.put(KEYS + key, "1");
      }

      assertThat(prefix.next(2)).containsExactly("a/x=v1", "a/y=v1");
      assertThat(keys.next(3)).containsExactly("a/x=v1", "b=v1", "b=v2");
    }
  }

  @Test
  void drop_isAReset() {
    try (EventReader reader = ready("?values=true")) {
      service.put(KEYS + "a", "1");
      assertThat(reader.next().toString()).isEqualTo("a=v1");
      assertThat(service.delete("/v1/stores/app?confirm=app").status()).isEqualTo(204);
      assertThat(reader.next(2)).containsExactly("reset", "ready");
      service.put(KEYS + "a", "2");

      Event event = reader.next();
      assertThat(event.toString()).isEqualTo("a=v1");
      assertThat(event.data().path("value").asInt()).isEqualTo(2);
    }
  }

  @Test
  void values_areThoseOfTheVersionOrNewer() {
    try (EventReader reader = ready("?values=true")) {
      service.put(KEYS + "a", "{\"n\": 1.50, \"text\": \"zwei\\nZeilen\"}");
      Event first = reader.next();
      service.put(KEYS + "a", "null");
      Event second = reader.next();
      service.delete(KEYS + "a");

      assertThat(first.data().path("value").path("text").asText()).isEqualTo("zwei\nZeilen");
      assertThat(first.data().path("value").path("n").decimalValue()).isEqualByComparingTo("1.50");
      assertThat(second.data().has("value")).isTrue();
      assertThat(second.data().path("value").isNull()).isTrue();
      Event deleted = reader.next();
      assertThat(deleted.toString()).isEqualTo("delete a");
      assertThat(deleted.data().has("value")).isFalse();
    }
  }

  @Test
  void values_ofAnEntryThatIsGoneByNow_areLeftOut() {
    String id;
    try (EventReader reader = ready("")) {
      id = reader.lastId();
    }
    service.put(KEYS + "a", "1");
    service.put(KEYS + "a", "2");
    service.put(KEYS + "gone", "1");
    service.delete(KEYS + "gone");
    try (EventReader reader = EventReader.resume(service, EVENTS + "?values=true", id)) {
      reader.next();
      Event newer = reader.next();
      reader.next();
      Event gone = reader.next();

      assertThat(newer.toString()).isEqualTo("a=v1");
      assertThat(newer.data().path("value").asInt()).isEqualTo(2);
      assertThat(gone.toString()).isEqualTo("gone=v1");
      assertThat(gone.data().has("value")).isFalse();
      assertThat(reader.next().toString()).isEqualTo("delete gone");
    }
  }

  @Test
  void resume_afterADroppedConnection_missesNothing() {
    String id;
    try (EventReader reader = ready("")) {
      service.put(KEYS + "a", "1");
      service.put(KEYS + "b", "1");
      id = reader.next().id();
    }
    for (int i = 0; i < 3000; i++) {
      if (i % 1000 == 0) {
        service.put(KEYS + "c", "1");
      }
    }
    StringBuilder many = new StringBuilder("{\"m0\":0");
    for (int i = 1; i < 3000; i++) {
      many.append(",\"m").append(i).append("\":0");
    }
    service.put("/v1/stores/app/values", many.append('}').toString());
    try (EventReader reader = EventReader.resume(service, EVENTS, id)) {
      assertThat(reader.next(5)).containsExactly("ready", "b=v1", "c=v1", "c=v2", "c=v3");
      assertThat(reader.next(3000)).doesNotHaveDuplicates().allMatch(e -> e.startsWith("m"));
      service.put(KEYS + "d", "1");
      assertThat(reader.next().toString()).isEqualTo("d=v1");
    }
  }

  @Test
  void resume_whatIsNotKept_isGone() throws IOException {
    service.put(KEYS + "a", "1");
    for (String id : List.of("0000000000000001", "7fffffffffffffff")) {
      try (EventReader reader = EventReader.resume(service, EVENTS, id)) {
        assertThat(reader.status()).isEqualTo(410);
        assertThat(reader.headers()).containsEntry("Content-Type", Problem.MEDIA_TYPE);
        assertThat(reader.problemCode()).isEqualTo("events-gone");
      }
    }
    try (EventReader next = ready("")) {
      assertThat(next.lastId()).isNotNull();
    }
  }

  @Test
  void resume_ofAKeyThatSeldomChanges_isPossibleByTheIdOfAHeartbeat() throws IOException {
    try (EventReader reader = ready("?key=rare")) {
      String first = reader.lastId();
      service.put(KEYS + "often", "1");
      String id = "";
      while (id.compareTo("id: " + first) <= 0) {
        String line = reader.line();
        assertThat(line).doesNotStartWith("event").doesNotStartWith("data");
        id = line.startsWith("id: ") ? line : id;
      }
      service.put(KEYS + "rare", "1");
      try (EventReader resumed =
          EventReader.resume(service, EVENTS + "?key=rare", id.substring(4))) {
        assertThat(resumed.next(2)).containsExactly("ready", "rare=v1");
      }
    }
  }

  @Test
  void heartbeat_isAComment() throws IOException {
    try (EventReader reader = ready("")) {
      for (int beats = 0; beats < 3; ) {
        String line = reader.line();
        assertThat(line).matches(":|: current [0-9]+|id: [0-9a-f]{16}|");
        beats += line.startsWith(":") ? 1 : 0;
      }
    }
  }

  private static long nextCurrent(EventReader reader) throws IOException {
    String line = reader.line();
    while (!line.startsWith(": current ")) {
      line = reader.line();
    }
    return Long.parseLong(line.substring(": current ".length()));
  }

  @Test
  void heartbeat_saysUpToWhenAllIsTold() throws IOException {
    long began = System.nanoTime();
    try (EventReader reader = ready("")) {
      long first = nextCurrent(reader);
      long later = first;
      while (later == first) {
        later = nextCurrent(reader);
      }
      assertThat(first).isNotNegative();
      assertThat(later)
          .isGreaterThan(first)
          .isLessThanOrEqualTo(Duration.ofNanos(System.nanoTime() - began).toMillis());
    }
  }

  @Test
  void heartbeat_comesAsOftenAsTheReaderAsksFor() throws IOException {
    long began = System.nanoTime();
    try (EventReader seldom = ready("?heartbeat=PT10S");
        EventReader often = ready("?heartbeat=PT0.5S&key=none")) {
      for (int beats = 0; beats < 4; ) {
        beats += often.line().startsWith(":") ? 1 : 0;
      }
      service.put(KEYS + "a", "1");
      List<String> lines = new ArrayList<>();
      while (lines.isEmpty() || !lines.get(lines.size() - 1).startsWith("data")) {
        lines.add(seldom.line());
      }
      assertThat(lines.stream().filter(line -> line.startsWith(":")).count())
          .as("one at once")
          .isLessThanOrEqualTo(1 + Duration.ofNanos(System.nanoTime() - began).toSeconds() / 10);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "PT", "PT0.499S", "PT10.001S", "-PT1S", "P1D"})
  void heartbeat_outOfRange_isRefused(String heartbeat) {
    Reply reply = service.get(EVENTS + "?heartbeat=" + heartbeat);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("invalid-parameter");
    assertThat(reply.text()).contains("heartbeat");
  }

  @Test
  void heartbeat_byDefault_isSeveralTimesInTenSeconds() {
    assertThat(EventSettings.DEFAULT.heartbeat()).isLessThanOrEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void streams_aboveTheLimit_areRefused_andFreedWhenReadersGo() throws IOException {
    EventReader first = ready("");
    try (EventReader second = ready("");
        EventReader third = ready("")) {
      try (EventReader refused = EventReader.open(service, EVENTS)) {
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.headers()).containsKey("Retry-After");
        assertThat(refused.problemCode()).isEqualTo("unavailable");
      }
      first.close();
      await().until(() -> {
        try (EventReader next = EventReader.open(service, EVENTS)) {
          return next.status() == 200;
        }
      });
      service.put(KEYS + "a", "1");
      assertThat(second.next().toString()).isEqualTo("a=v1");
      assertThat(third.next().toString()).isEqualTo("a=v1");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?prefix=a&key=b",
        "?values=yes",
        "?limit=1",
        "?prefix=a&prefix=b",
      })
  void wrongParameter_isRefused(String query) {
    assertThat(service.get(EVENTS + query).code()).isEqualTo("invalid-parameter");
  }

  @Test
  void wrongHeader_isRefused() {
    assertThat(service.get(EVENTS, "Last-Event-ID: 12").code()).isEqualTo("invalid-parameter");
    assertThat(service.get(EVENTS, "Accept: application/json").code()).isEqualTo("not-acceptable");
    assertThat(service.get(EVENTS + "?key=a//b").code()).isEqualTo("invalid-key");
  }

  @Test
  void emptyLastEventId_isNone() {
    try (EventReader reader = open("", "Last-Event-ID: ")) {
      assertThat(reader.next().type()).isEqualTo("ready");
    }
  }

  @Test
  void head_isAnsweredAtOnce() {
    for (int i = 0; i < 5; i++) {
      Reply reply = service.send("HEAD", EVENTS, null);
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.header("Content-Type")).isEqualTo("text/event-stream");
    }
  }

  @Test
  void stop_endsTheStreamsAtOnceAndCleanly() {
    try (EventReader one = ready("");
        EventReader other = ready("")) {
      service.put(KEYS + "a", "1");
      assertThat(one.next().toString()).isEqualTo("a=v1");
      long start = System.nanoTime();
      service.server().close();

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(STOPPING.dividedBy(2));
      assertThat(one.endsComplete()).isTrue();
      assertThat(other.endsComplete()).isTrue();
    }
  }

  @Test
  void syncToken_ofAnEvent_isUnderstood() {
    try (EventReader reader = ready("")) {
      service.put(KEYS + "a", "1");

      assertThat(
              SyncToken.parse(reader.next().data().path("syncToken").asText()).position())
          .isPositive();
    }
  }
}
