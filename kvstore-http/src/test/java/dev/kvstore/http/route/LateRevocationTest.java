package dev.kvstore.http.route;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.ReadOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests a token that loses its permissions during a request. */
class LateRevocationTest {
  private static final String STORE = "/v1/stores/app";
  private static final int ENTRIES = 1100;
  private static final String SEVERAL =
      IntStream.range(0, 120).mapToObj(i -> "key=a." + i).collect(Collectors.joining("&"));

  @TempDir
  private Path folder;

  private final TestTokens tokens = new TestTokens();
  private HookedDatabase database;
  private TestService service;

  /** The ways to lose the permission for a request, with their responses. */
  enum Loss {
    REVOKED(401),
    EXPIRED(401),
    NARROWED(403),
    DEMOTED(403);

    private final int status;

    Loss(int status) {
      this.status = status;
    }

    void happen(TestTokens tokens) {
      switch (this) {
        case REVOKED -> tokens.revoke("ci");
        case EXPIRED -> tokens.change("ci", Role.ADMIN, Limits.NONE, Instant.EPOCH);
        case NARROWED ->
          tokens.change("ci", Role.ADMIN, new Limits(List.of("other"), List.of()), null);
        case DEMOTED -> tokens.change("ci", Role.READ, Limits.NONE, null);
      }
    }
  }

  @BeforeEach
  void start() {
    database = new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    service = TestService.start(database, new AccessControl(tokens.authenticator(), null, false));
    String values = IntStream.range(0, ENTRIES)
        .mapToObj(i -> "\"a." + i + "\":\"secret\"")
        .collect(Collectors.joining(",", "{", "}"));
    assertThat(service.put(STORE + "/values", values).status()).isEqualTo(200);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  /** Runs the action during the first call of this method. */
  private void during(String method, Runnable action) {
    AtomicInteger calls = new AtomicInteger();
    database.before(name -> {
      if (name.equals(method) && calls.incrementAndGet() == 1) {
        action.run();
      }
    });
  }

  @ParameterizedTest
  @CsvSource({"/values,scan", "/values?prefix=a.,scan", "/values?KEYS,find", "/keys?KEYS,find"})
  void streamedAnswer_endsBetweenPages(String path, String method) {
    String token = tokens.add("ci", Role.READ, Limits.NONE);
    AtomicInteger pages = new AtomicInteger();
    database.before(name -> {
      if (name.equals(method) && pages.incrementAndGet() == 1) {
        tokens.revoke("ci");
      }
    });
    Reply reply = service.get(STORE + path.replace("KEYS", SEVERAL), token);

    assertThat(reply.status() == 401 || !reply.complete()).as(reply.toString()).isTrue();
    assertThat(pages).hasValue(1);
  }

  @ParameterizedTest
  @CsvSource({"/values,scan", "/values?KEYS,find", "/keys?KEYS&values=true,find"})
  void bson_isRefused(String path, String method) {
    String token = tokens.add("ci", Role.READ, Limits.NONE);
    during(method, () -> tokens.revoke("ci"));
    Reply reply =
        service.get(STORE + path.replace("KEYS", SEVERAL), token, "Accept: application/bson");

    assertThat(reply.status() == 401 || !reply.complete()).as(reply.toString()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void pageOfSeveralRanges_isRefused(Loss loss) {
    String token =
        tokens.add("ci", Role.ADMIN, new Limits(List.of(), List.of("a.1", "a.2", "a.3")));
    during("scan", () -> loss.happen(tokens));
    Reply reply = service.get(STORE + "/keys?values=true&limit=1000", token);

    assertThat(reply.status()).isEqualTo(loss.status);
    assertThat(reply.text()).doesNotContain("secret");
  }

  @Test
  void countOfAStore_isRefused() {
    String token = tokens.add("ci", Role.READ, new Limits(List.of(), List.of("a.1", "a.2")));
    during("count", () -> tokens.revoke("ci"));

    assertThat(service.get("/v1/stores", token).status()).isEqualTo(401);
  }

  static Stream<List<String>> writes() {
    return Stream.of(
        List.of("PUT", "/keys/k", "\"new value\"", "application/json"),
        List.of("PUT", "/defaults/k", "\"new value\"", "application/json"),
        List.of("POST", "/counters/k", "{\"by\": 1}", "application/json"),
        List.of("PATCH", "/keys/k", "{\"a\": 1}", "application/merge-patch+json"),
        List.of("PUT", "/values", "{\"k\": 1, \"l\": 2}", "application/json"),
        List.of("PUT", "/values?atomic=true", "{\"k\": 1}", "application/json"));
  }

  @ParameterizedTest
  @MethodSource("writes")
  void write_isNotDone_whenItsBodyComesTooLate(List<String> write) throws IOException {
    int count = 0;
    for (Loss loss : Loss.values()) {
      String token = tokens.add("ci", Role.ADMIN, Limits.NONE);
      String etag = "KV-Etag: 0123456789abcdef0123456" + count++;
      Reply reply = sendSlowly(write, () -> loss.happen(tokens), token, etag);

      assertThat(reply.status()).as(loss + " " + reply).isEqualTo(loss.status);
      tokens.revoke("ci");
      String other = tokens.add("other", Role.ADMIN, Limits.NONE);
      assertThat(service.get(STORE + "/keys/k", other).status()).isEqualTo(404);
      tokens.revoke("other");
    }
  }

  @Test
  void write_isDone_whereTheTokenOnlyLivesLonger() throws IOException {
    String token = tokens.add("ci", Role.WRITE, Limits.NONE);
    Instant later = Instant.now().plusSeconds(100);
    Reply reply = sendSlowly(
        List.of("PUT", "/keys/k", "\"new value\"", "application/json"),
        () -> tokens.change("ci", Role.WRITE, Limits.NONE, later),
        token);

    assertThat(reply.status()).isEqualTo(201);
  }

  @ParameterizedTest
  @MethodSource("writes")
  void anonymousWrite_isNotDone_onceThereIsAToken(List<String> write) throws IOException {
    List<String> token = new ArrayList<>();
    Reply reply = sendSlowly(write, () -> token.add(tokens.add("first", Role.ADMIN, Limits.NONE)));

    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
    assertThat(service.get(STORE + "/keys/k", token.get(0)).status()).isEqualTo(404);
  }

  @Test
  void anonymousListing_ends_onceThereIsAToken() {
    during("scan", () -> tokens.add("first", Role.ADMIN, Limits.NONE));

    Reply reply = service.get(STORE + "/values");

    assertThat(reply.status() == 401 || !reply.complete()).as(reply.toString()).isTrue();
  }

  @Test
  void repetition_isNotAnswered_afterTheTokenIsGone() throws IOException {
    List<String> write = List.of("PUT", "/defaults/k", "\"new value\"", "application/json");
    String etag = "KV-Etag: 0123456789abcdef01234567";
    String token = tokens.add("ci", Role.WRITE, Limits.NONE);
    assertThat(sendSlowly(write, () -> {}, token, etag).status()).isEqualTo(201);

    Reply reply = sendSlowly(write, () -> tokens.revoke("ci"), token, etag);
    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.text()).doesNotContain("new value");
  }

  @Test
  void guard_checksEveryReadAndWriteOfAStore() {
    EntryStore store = database.unhooked().store("app");
    AtomicInteger checks = new AtomicInteger();
    EntryStore guarded = new GuardedStore(store, checks::incrementAndGet);
    ReadOptions options = ReadOptions.DEFAULT;

    guarded.peek("k", options);
    guarded.find("k", options);
    guarded.find(List.of("k", "l"), options);
    guarded.scan(KeyRange.ALL, Projection.KEYS, 1, options);
    guarded.count(KeyRange.ALL, 1, options);
    guarded.apply(new Mutation.Delete("k", WriteOptions.DEFAULT));
    guarded.subscribe(new Deaf(), null).close();

    assertThat(checks).hasValue(7);
  }

  /** Sends the request except for the end of the body, runs the action, and then sends the rest. */
  private Reply sendSlowly(List<String> write, Runnable action, String... headers)
      throws IOException {
    String body = write.get(2);
    StringBuilder head = new StringBuilder(
        write.get(0) + " " + STORE + write.get(1) + " HTTP/1.1\r\nHost: localhost\r\n");
    head.append("Connection: close\r\nContent-Type: ").append(write.get(3)).append("\r\n");
    Stream.of(headers).forEach(header -> head.append(header).append("\r\n"));
    head.append("Expect: 100-continue\r\nContent-Length: ").append(body.length());
    try (Socket socket = service.connect()) {
      socket.getOutputStream().write((head + "\r\n\r\n").getBytes(US_ASCII));
      // A request for the body shows that the service has admitted the request.
      String line = "";
      while (!line.endsWith("\r\n\r\n")) {
        line += (char) socket.getInputStream().read();
      }
      assertThat(line).startsWith("HTTP/1.1 100 ");
      socket.getOutputStream().write(body.substring(0, 2).getBytes(US_ASCII));
      socket.getOutputStream().flush();
      action.run();
      socket.getOutputStream().write(body.substring(2).getBytes(US_ASCII));
      return Reply.read(socket.getInputStream(), false);
    }
  }

  private static final class Deaf implements ChangeSink {
    @Override
    public void positioned(long position) {}

    @Override
    public void changed(List<Change> changes, long position) {}

    @Override
    public void missed() {}
  }
}
