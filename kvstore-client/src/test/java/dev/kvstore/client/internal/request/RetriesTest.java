package dev.kvstore.client.internal.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.client.HttpSettings;
import dev.kvstore.client.TestStores;
import dev.kvstore.client.testing.Bodies;
import dev.kvstore.client.testing.RawService;
import dev.kvstore.client.testing.Reply;
import dev.kvstore.client.testing.ScriptedService;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which calls are retried, where, and after how long. */
@Timeout(60)
class RetriesTest {
  private static final int ROUNDS = 4;
  private static final RawValue VALUE = Bodies.value(new BsonInt32(1));
  private static final Reply ENTRY = Reply.bson(200, Bodies.entry("k", new BsonInt32(1)));
  private static final Reply NOT_DONE =
      Reply.problem(503, "unavailable", ",\"outcome\":\"not-done\"");
  private static final Reply PAGE = Reply.text(200, "text/html", "<p>Please log in");

  private final List<Duration> pauses = new ArrayList<>();

  private RawStore storeAt(URI... services) {
    return RawStore.of(TestStores.trying(
        ROUNDS, HttpSettings.DEFAULT, nanos -> pauses.add(Duration.ofNanos(nanos)), services));
  }

  /** Returns a service that responds with this reply this many times, then with the entry. */
  private static ScriptedService first(Reply reply, int times) {
    AtomicInteger requests = new AtomicInteger();
    return new ScriptedService(request -> requests.incrementAndGet() <= times ? reply : ENTRY);
  }

  private static void increment(RawStore store) {
    store.increment("k", 1, WriteOptions.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 408, 425, 429, 502, 503, 504})
  void read_answerMayBeBetterLater_isSentAgain(int status) {
    Reply reply = status == 0 ? Reply.CUT : Reply.text(status, "text/html", "<p>");
    try (ScriptedService service = first(reply, 2);
        RawStore store = storeAt(service.uri())) {
      assertThat(store.read("k")).isPresent();
      assertThat(service.requests).hasSize(3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 405, 413, 414, 500, 501})
  void read_answerIsFinal_isNotSentAgain(int status) {
    try (ScriptedService service = first(Reply.text(status, "text/html", "<p>"), 1);
        RawStore store = storeAt(service.uri())) {
      assertThatThrownBy(() -> store.read("k")).isInstanceOf(KVException.class);
      assertThat(service.requests).hasSize(1);
      assertThat(pauses).isEmpty();
    }
  }

  @Test
  void read_keepsFailing_endsAfterItsRoundsWithGrowingPauses() {
    try (ScriptedService service = first(NOT_DONE, Integer.MAX_VALUE);
        RawStore store = storeAt(service.uri())) {
      assertThatThrownBy(() -> store.read("k")).isExactlyInstanceOf(UnavailableException.class);
      assertThat(service.requests).hasSize(ROUNDS);
    }
    assertThat(pauses).hasSize(ROUNDS - 1);
    for (int i = 0; i < pauses.size(); i++) {
      assertThat(pauses.get(i))
          .isBetween(Duration.ofMillis(50L << i), Duration.ofMillis(100L << i));
    }
  }

  @Test
  void retryAfter_isHonoured() {
    try (ScriptedService service = first(NOT_DONE.with("Retry-After", "7"), 1);
        RawStore store = storeAt(service.uri())) {
      assertThat(store.read("k")).isPresent();
      assertThat(pauses).containsExactly(Duration.ofSeconds(7));
    }
  }

  @Test
  void retryAfter_asADate_isHonoured() {
    String inTenSeconds = DateTimeFormatter.RFC_1123_DATE_TIME.format(
        ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(10));
    try (ScriptedService service = first(NOT_DONE.with("Retry-After", inTenSeconds), 1);
        RawStore store = storeAt(service.uri())) {
      assertThat(store.read("k")).isPresent();
      assertThat(pauses)
          .singleElement()
          .satisfies(
              pause -> assertThat(pause).isBetween(Duration.ofMillis(50), Duration.ofSeconds(10)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"40", "999999999", "Fri, 31 Dec 9999 23:59:59 GMT"})
  void retryAfter_beyondTheDeadline_endsAtOnce(String later) {
    try (ScriptedService service = first(NOT_DONE.with("Retry-After", later), 1);
        RawStore store = storeAt(service.uri())) {
      assertThatThrownBy(() -> store.read("k")).isExactlyInstanceOf(UnavailableException.class);
      assertThat(service.requests).hasSize(1);
      assertThat(pauses).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "-1", "1.5", "99999999999999999999"})
  void retryAfter_malformed_isIgnored(String malformed) {
    try (ScriptedService service = first(NOT_DONE.with("Retry-After", malformed), 1);
        RawStore store = storeAt(service.uri())) {
      assertThat(store.read("k")).isPresent();
      assertThat(pauses)
          .singleElement()
          .satisfies(pause -> assertThat(pause).isLessThanOrEqualTo(Duration.ofMillis(100)));
    }
  }

  @Test
  void write_certainlyNotDone_isSentAgainAsTheSameWrite() {
    try (ScriptedService service = first(NOT_DONE, 2);
        RawStore store = storeAt(service.uri())) {
      increment(store);
      assertThat(service.requests).hasSize(3);
      assertThat(service.requests)
          .extracting(request -> request.header("KV-Etag"))
          .containsOnly(service.requests.get(0).header("KV-Etag"));
      assertThat(service.requests).allMatch(request -> request.header("If-Match") == null);
    }
  }

  @Test
  void increment_answerIsLost_isNotWhatACallerMayRepeat() {
    try (ScriptedService service =
            new ScriptedService(request -> request.method().equals("GET") ? ENTRY : Reply.CUT);
        RawStore store = storeAt(service.uri())) {
      assertThatThrownBy(() -> {
            for (int tries = 0; tries < 3; tries++) {
              try {
                increment(store);
              } catch (UnavailableException e) {
                // Nothing was done, so retry.
              }
            }
          })
          .isInstanceOf(OutcomeUnknownException.class)
          .isNotInstanceOf(UnavailableException.class);
      assertThat(service.requests)
          .filteredOn(
              request -> request.method().equals("POST") && request.header("If-Match") == null)
          .hasSize(1);
    }
  }

  @Test
  void write_nobodyListens_isTriedEverywhereThenGivenUp() throws Exception {
    try (RawStore store = storeAt(refusing(), refusing())) {
      assertThatThrownBy(() -> increment(store)).isExactlyInstanceOf(UnavailableException.class);
      assertThat(pauses).hasSize(ROUNDS - 1);
    }
  }

  @Test
  void anyCall_firstAddressRefuses_goesToTheSecondWithoutWaitingAndStaysThere() throws Exception {
    try (ScriptedService service = first(ENTRY, 0);
        RawStore store = storeAt(refusing(), service.uri())) {
      increment(store);
      assertThat(store.read("k")).isPresent();
      assertThat(service.requests).hasSize(2);
      assertThat(pauses).isEmpty();
    }
  }

  @Test
  void anyCall_firstCannotAnswerNow_goesToTheSecond() {
    Reply busy = NOT_DONE.with("Retry-After", "3600");
    try (ScriptedService first = first(busy, Integer.MAX_VALUE);
        ScriptedService second = first(ENTRY, 0);
        RawStore store = storeAt(first.uri(), second.uri())) {
      increment(store);
      assertThat(store.read("k")).isPresent();
      assertThat(first.requests).hasSize(1);
      assertThat(second.requests).hasSize(2);
      assertThat(pauses).isEmpty();
    }
  }

  @Test
  void nodeThatCannotAnswerNow_isNotTakenForOneThatWorks() throws Exception {
    try (ScriptedService busy = first(NOT_DONE, Integer.MAX_VALUE)) {
      URI other = refusing();
      Endpoints endpoints = new Endpoints(List.of(busy.uri(), other), System::nanoTime);
      Exchanges exchanges = Exchanges.of(TestStores.requests(HttpSettings.DEFAULT), 1 << 20);
      try (Transport transport = new Transport(exchanges, endpoints, 1, nanos -> {})) {
        Endpoint asked = endpoints.choose();
        transport.sendOnce(
            Call.read(URI.create("/v1/stores/s/keys/k"), "k"),
            asked,
            Deadline.after(Duration.ofSeconds(30)));
        assertThat(endpoints.choose()).isEqualTo(Endpoint.of(other)).isNotEqualTo(asked);
      }
    }
  }

  @Test
  void read_firstIsNoService_goesToTheSecond() {
    try (ScriptedService first = first(PAGE, Integer.MAX_VALUE);
        ScriptedService second = first(ENTRY, 0);
        RawStore store = storeAt(first.uri(), second.uri())) {
      assertThat(store.read("k")).isPresent();
      assertThat(pauses).isEmpty();
    }
  }

  @Test
  void read_noneIsAService_saysWhatCame() {
    try (ScriptedService first = first(PAGE, Integer.MAX_VALUE);
        ScriptedService second = first(PAGE, Integer.MAX_VALUE);
        RawStore store = storeAt(first.uri(), second.uri())) {
      assertThatThrownBy(() -> store.read("k"))
          .isInstanceOfSatisfying(
              KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_SERVER));
      assertThat(first.requests).hasSize(1);
      assertThat(second.requests).hasSize(1);
    }
  }

  @Test
  void read_firstHangs_leavesTimeForTheSecond() throws Exception {
    HttpSettings settings = HttpSettings.DEFAULT.withRequestTimeout(Duration.ofSeconds(4));
    RawService.Script silent = (connection, number) -> new CountDownLatch(1).await();
    try (RawService first = new RawService(silent);
        ScriptedService second = first(ENTRY, 0);
        RawStore store = RawStore.of(TestStores.trying(1, settings, first.uri(), second.uri()))) {
      assertThat(store.read("k")).isPresent();
    }
  }

  @Test
  void read_answerToAnotherRequest_isNotTaken() {
    Reply wrong =
        Reply.bson(200, Bodies.entry("k", new BsonString("old"))).with("KV-Request-Id", "another");
    try (ScriptedService service = first(wrong, 1);
        RawStore store = storeAt(service.uri())) {
      RawValue value = store.read("k").orElseThrow().value();
      assertThat(value).isEqualTo(VALUE);
      assertThat(service.requests).hasSize(2);
    }
  }

  @Test
  void proxyThatRewritesRequestIds_isNoObstacle() {
    try (ScriptedService service = new ScriptedService(request -> {
          Reply answer =
              request.method().equals("GET") ? ENTRY : Reply.bson(201, Bodies.metadata("k"));
          return answer
              .with("X-Request-Id", "rewritten")
              .with("KV-Request-Id", String.valueOf(request.header("KV-Request-Id")));
        });
        RawStore store = storeAt(service.uri())) {
      assertThat(store.read("k")).isPresent();
      store.write(new Write("k", VALUE, WriteOptions.DEFAULT));
      assertThat(service.requests).hasSize(2);
      assertThat(service.requests)
          .allSatisfy(request -> assertThat(request.header("KV-Request-Id"))
              .isEqualTo(request.header("X-Request-Id")));
    }
  }

  @Test
  void serviceThatRepeatsNoId_isTaken() {
    try (ScriptedService service = first(ENTRY.with("X-Request-Id", "of the service"), 1);
        RawStore store = storeAt(service.uri())) {
      assertThat(store.read("k")).isPresent();
      assertThat(service.requests).hasSize(1);
    }
  }

  @Test
  void write_answerToAnotherRequest_isNotTaken() {
    Reply wrong = Reply.bson(200, Bodies.metadata("k")).with("KV-Request-Id", "another");
    HttpSettings settings = HttpSettings.DEFAULT.withRequestTimeout(Duration.ofMillis(500));
    try (ScriptedService service = ScriptedService.answering(wrong);
        RawStore store = RawStore.of(TestStores.trying(1, settings, service.uri()))) {
      assertThatThrownBy(() -> store.write(new Write("k", VALUE, WriteOptions.DEFAULT)))
          .isInstanceOf(OutcomeUnknownException.class);
    }
  }

  @Test
  void token_isAskedForWithEachRequest() {
    AtomicInteger tokens = new AtomicInteger();
    HttpSettings settings =
        HttpSettings.DEFAULT.withToken(() -> "token-" + tokens.incrementAndGet());
    try (ScriptedService service = first(NOT_DONE, 1);
        RawStore store = RawStore.of(TestStores.trying(ROUNDS, settings, service.uri()))) {
      store.read("k");
      assertThat(service.requests)
          .extracting(request -> request.header("Authorization"))
          .containsExactly("Bearer token-1", "Bearer token-2");
    }
  }

  @Test
  void token_supplierHasNone_nothingIsSentAndNothingTold() {
    Supplier<String> failing = () -> {
      throw new IllegalStateException("secret");
    };
    try (ScriptedService service = first(ENTRY, 0)) {
      for (Supplier<String> supplier : List.<Supplier<String>>of(() -> "bad secret", failing)) {
        HttpSettings settings = HttpSettings.DEFAULT.withToken(supplier);
        try (RawStore store = RawStore.of(TestStores.trying(ROUNDS, settings, service.uri()))) {
          assertThatThrownBy(() -> increment(store))
              .isInstanceOfSatisfying(
                  KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHENTICATED))
              .hasMessageNotContaining("secret");
        }
      }
      assertThat(service.requests).isEmpty();
    }
  }

  @Test
  void proxy_leadsToTheService() {
    try (ScriptedService proxy = first(ENTRY, 0)) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.uri().getPort());
      HttpSettings settings = HttpSettings.DEFAULT.withProxy(ProxySelector.of(address));
      URI service = URI.create("http://kvstore.invalid:7070");
      try (RawStore store = RawStore.of(TestStores.trying(1, settings, service))) {
        assertThat(store.read("k")).isPresent();
      }
      assertThat(proxy.onlyRequest().uri()).startsWith("http://kvstore.invalid:7070/v1/stores/s/");
    }
  }

  private static URI refusing() throws IOException {
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return URI.create("http://127.0.0.1:" + closed.getLocalPort());
    }
  }
}
