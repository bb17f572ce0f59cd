package dev.kvstore.http.api.history;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvstore.http.Reply;
import dev.kvstore.http.api.events.EventSettings;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.server.ServerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangesTest extends RecordedService {
  private static final int MOST = 3;

  /** Allows fewer waiting polls than usual, and a short patience with clients. */
  @Override
  ServerSettings settings() {
    return with(
        with(ServerSettings.DEFAULT, "events", with(EventSettings.DEFAULT, "maxPerClient", MOST)),
        "connections",
        with(ServerSettings.DEFAULT.connections(), "patience", Duration.ofMillis(300)));
  }

  private static List<String> keys(Reply reply) {
    List<String> keys = new ArrayList<>();
    reply.json().path("items").forEach(item -> keys.add(item.path("key").asText()));
    return keys;
  }

  private String next() {
    return get("/changes?limit=1000").json().path("next").asText();
  }

  private CompletableFuture<Reply> poll(String query, String token) {
    return CompletableFuture.supplyAsync(() -> service.get(store + "/changes?" + query, token));
  }

  private static Reply soon(CompletableFuture<Reply> reply) throws Exception {
    return reply.get(20, TimeUnit.SECONDS);
  }

  @Test
  void changes_comeInOrder_andGoOn() {
    set("ui.a", "1");
    set("ui.b", "2");
    service.delete(store + "/keys/ui.a", alice);
    Reply first = get("/changes?limit=2&values=true");
    assertThat(keys(first)).containsExactly("ui.a", "ui.b");
    assertThat(first.json().at("/items/1/value").asInt()).isEqualTo(2);
    Reply second = get("/changes?limit=2&after=" + first.json().path("next").asText());
    assertThat(second.json().at("/items/0/operation").asText()).isEqualTo("delete");
    String end = second.json().path("next").asText();
    JsonNode empty = get("/changes?after=" + end).json();
    assertThat(empty.path("items")).isEmpty();
    assertThat(empty.path("next").asText()).isEqualTo(end);
    set("ui.c", "3");
    assertThat(keys(get("/changes?after=" + end))).containsExactly("ui.c");
    assertThat(keys(get("/changes?prefix=ui.c"))).containsExactly("ui.c");
  }

  @Test
  void poll_isAnsweredAtOnceIfThereIsSomething_andElseWhenThereIs() throws Exception {
    set("ui.a", "1");
    assertThat(keys(soon(poll("wait=PT60S", alice)))).containsExactly("ui.a");
    CompletableFuture<Reply> waiting = poll("wait=60s&after=" + next(), alice);
    set("ui.b", "1");
    Reply reply = soon(waiting);
    assertThat(keys(reply)).containsExactly("ui.b");
    assertThat(keys(get("/changes?after=" + reply.json().path("next").asText())))
        .isEmpty();
  }

  @Test
  void poll_endsAfterItsWait_thoughTheClientIsSilentForLong() throws Exception {
    set("ui.a", "1");
    String after = next();
    long start = System.nanoTime();
    Reply reply = soon(poll("wait=1500ms&after=" + after, alice));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1400));
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text()).isEqualTo("{\"items\":[],\"next\":\"" + after + "\"}");
  }

  @Test
  void limitedPoll_hearsOfItsOwnAlone() throws Exception {
    set("secret", "1");
    assertThat(keys(service.get(store + "/changes?values=true", limited))).isEmpty();
    CompletableFuture<Reply> waiting = poll("wait=60s&after=" + next(), limited);
    set("secret", "2");
    set("ui", "2");
    service.delete(store + "/keys/secret", alice);
    set("ui.a", "1");
    assertThat(keys(soon(waiting))).containsExactly("ui.a");
    assertThat(service.get(store + "/changes?prefix=secret", limited).text())
        .startsWith("{\"items\":[],");
  }

  @Test
  void poll_endsWithItsToken() throws Exception {
    String token = tokens.add("short", Role.READ, Limits.NONE);
    CompletableFuture<Reply> waiting = poll("wait=60s", token);
    tokens.revoke("short");
    assertThat(soon(waiting).status()).isEqualTo(401);
  }

  @Test
  void polls_holdNoThread_andOnlySomeOfAClientMayWait() throws Exception {
    String path = store + "/changes?wait=60s&after=" + next();
    List<Socket> waiting = new ArrayList<>();
    try {
      for (int i = 0; i < MOST; i++) {
        waiting.add(begin(path));
      }
      String probe = path.replace("60s", "50ms");
      Reply refused = service.get(probe, alice);
      while (refused.status() == 200) {
        // The probe may have taken the place of a later one, which was then refused.
        waiting.add(begin(path));
        refused = service.get(probe, alice);
      }
      assertThat(refused.code()).isEqualTo("too-many-requests");
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      // Other clients do not count.
      CompletableFuture<Reply> other = poll("wait=60s&after=" + next(), reader);
      set("ui.a", "1");
      assertThat(keys(soon(other))).containsExactly("ui.a");
      List<Reply> answered = new ArrayList<>();
      for (Socket socket : waiting) {
        answered.add(Reply.read(socket.getInputStream(), false));
      }
      answered.removeIf(reply -> reply.status() == 429);
      assertThat(answered)
          .hasSize(MOST)
          .allSatisfy(reply -> assertThat(keys(reply)).containsExactly("ui.a"));
    } finally {
      for (Socket socket : waiting) {
        socket.close();
      }
    }
  }

  @Test
  void clientThatIsGone_makesRoom() throws Exception {
    String path = store + "/changes?wait=60s&after=" + next();
    for (int i = 0; i < MOST; i++) {
      begin(path).close();
    }
    CompletableFuture<Reply> poll = CompletableFuture.supplyAsync(() -> {
      Reply reply = service.get(path, alice);
      while (reply.status() == 429) {
        reply = service.get(path, alice);
      }
      return reply;
    });
    while (!poll.isDone()) {
      set("ui.a", "1");
    }
    assertThat(soon(poll).status()).isEqualTo(200);
  }

  private Socket begin(String path) {
    try {
      Socket socket = service.connect();
      socket
          .getOutputStream()
          .write(("GET " + path + " HTTP/1.1\r\nHost: test\r\n" + alice + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void head_doesNotWait() {
    Reply reply = service.send("HEAD", store + "/changes?wait=60s", null, alice);
    assertThat(reply.status()).isEqualTo(200);
  }

  @Test
  void whatIsNoLongerKept_isGone() {
    service.put(store + "/settings", "{\"history\":{\"revisions\":1}}", alice);
    set("ui.a", "0");
    String after = next();
    for (int i = 0; i < 3; i++) {
      set("ui.a", "" + i);
    }
    Reply reply = get("/changes?wait=60s&after=" + after);
    assertThat(reply.status()).isEqualTo(410);
    assertThat(reply.code()).isEqualTo("history-gone");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "after=x", "after=-1", "after=1.5", "after=", "after=99999999999999999999", "wait=61s",
        "wait=-PT1S", "wait=1", "wait=P1Y", "limit=0", "limit=99999999999", "by=alice",
        "values=maybe", "prefix=%01"
      })
  void malformed_isRefused(String query) {
    Reply reply = get("/changes?" + query);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("invalid-parameter");
  }
}
