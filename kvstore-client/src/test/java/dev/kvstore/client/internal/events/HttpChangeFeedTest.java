package dev.kvstore.client.internal.events;

import static dev.kvstore.client.testing.EventService.changed;
import static dev.kvstore.client.testing.EventService.current;
import static dev.kvstore.client.testing.EventService.id;
import static dev.kvstore.client.testing.EventService.ready;
import static dev.kvstore.client.testing.EventService.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.SyncToken;
import dev.kvstore.client.HttpSettings;
import dev.kvstore.client.TestStores;
import dev.kvstore.client.internal.request.Endpoints;
import dev.kvstore.client.internal.request.StoreUrls;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.client.testing.EventService;
import dev.kvstore.client.testing.EventService.Stream;
import dev.kvstore.client.testing.NotingSink;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpChangeFeedTest {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final EventTimes PATIENT =
      new EventTimes(Duration.ofMillis(500), LONG, LONG, LONG, LONG, LONG);

  private final EventService service = new EventService();
  private final NotingSink sink = new NotingSink();
  private Transport transport = transport(service.uri());
  private HttpChangeFeed feed = feed(PATIENT);

  private static Transport transport(URI... nodes) {
    return transport(HttpSettings.DEFAULT, nodes);
  }

  private static Transport transport(HttpSettings settings, URI... nodes) {
    return transport(settings, new Endpoints(List.of(nodes), System::nanoTime));
  }

  private static Transport transport(HttpSettings settings, Endpoints endpoints) {
    return new Transport(endpoints, TestStores.requests(settings), Transport.MAX_ANSWER_BYTES);
  }

  private HttpChangeFeed feed(EventTimes times) {
    return new HttpChangeFeed("s", transport, StoreUrls.of("s"), times);
  }

  private HttpChangeFeed impatient(Duration silence, Duration unproved, Duration longest) {
    feed = feed(new EventTimes(Duration.ofMillis(500), LONG, silence, LONG, unproved, longest));
    return feed;
  }

  @AfterEach
  void stop() throws IOException {
    feed.close();
    transport.close();
    service.close();
  }

  private Stream begun(long position) throws InterruptedException {
    feed.subscribe(sink, null);
    Stream stream = service.next().begin(ready(position));
    sink.hears("positioned " + position);
    return stream;
  }

  @Test
  void stream_isTold() throws Exception {
    Stream stream = begun(5);
    stream.send(
        set("k", 3, 7),
        changed("set", "byHand", 0, "null", 8),
        changed("delete", "k", 0, "null", 9),
        "event: future\ndata: {}",
        changed("expire", "ä", 0, "null", 10),
        current(0, 12));

    sink.hears("k=v3 e3 @7", "upTo 6");
    sink.hears("byHand=v? null @8", "upTo 7");
    sink.hears("DELETE k @9", "upTo 8");
    sink.hears("EXPIRE ä @10", "upTo 9");
    sink.hears("current 12");
    assertThat(stream.target()).isEqualTo("/v1/stores/s/events?heartbeat=PT0.5S");
    assertThat(stream.header("Accept")).isEqualTo("text/event-stream");
    assertThat(stream.header("Last-Event-ID")).isNull();
    assertThat(transport.exchanges().seen().get()).isEqualTo(new SyncToken(12));
  }

  @Test
  void thread_anyError_doesNotEndIt() throws Exception {
    AtomicReference<Error> next = new AtomicReference<>(new StackOverflowError("by the test"));
    LongSupplier failing = () -> {
      Error error = next.getAndSet(null);
      if (error != null) {
        throw error;
      }
      return System.nanoTime();
    };
    transport = transport(HttpSettings.DEFAULT, new Endpoints(List.of(service.uri()), failing));
    feed = feed(PATIENT);
    begun(5);
    assertThat(next).hasNullValue();
  }

  @Test
  void token_isSeenBeforeTheSinkHears() throws Exception {
    AtomicReference<SyncToken> seen = new AtomicReference<>();
    feed.subscribe(
        new NotingSink() {
          @Override
          public void catchingUp(List<Change> changes, long position) {
            seen.set(transport.exchanges().seen().get());
            super.catchingUp(changes, position);
            sink.catchingUp(changes, position);
          }
        },
        null);
    service.next().begin(ready(5), set("k", 1, 7));

    sink.hears("k=v1 e1 @7", "upTo 6");
    assertThat(seen.get()).isEqualTo(new SyncToken(7));
  }

  @Test
  void proof_countsFromWhenTheServiceWasAsked() throws Exception {
    long before = System.nanoTime();
    feed.subscribe(sink, null);
    Stream stream = service.next();
    long after = System.nanoTime();
    while (System.nanoTime() - after < 3_000_000) {
      Thread.onSpinWait();
    }
    stream.begin(ready(5), current(2, 5));

    sink.hears("positioned 5", "current 5");
    assertThat(sink.asOf).isBetween(before + 2_000_000, after + 2_000_000);
  }

  @Test
  void heartbeatWithoutProof_provesNothing() throws Exception {
    begun(5).send(":\nid: " + id(6), ": current x", ": current -1", set("k", 1, 7), current(0, 8));

    sink.hears("k=v1 e1 @7", "upTo 6", "current 8");
  }

  @Test
  void brokenStream_goesOnWhereItWas() throws Exception {
    Stream stream = begun(5).send(set("k", 1, 7), current(0, 9));
    sink.hears("k=v1 e1 @7", "upTo 6", "current 9");
    stream.cut();
    Stream next = service.next();
    assertThat(next.header("Last-Event-ID")).isEqualTo(id(9));
    next.begin(ready(9), set("k", 2, 10));

    sink.hears("k=v2 e2 @10", "upTo 9");
  }

  @Test
  void streamThatIsGone_beginsAnew() throws Exception {
    begun(5).cut();
    service.next().refuse(410);
    sink.hears("missed");
    Stream next = service.next();
    assertThat(next.header("Last-Event-ID")).isNull();
    next.begin(ready(50));

    sink.hears("positioned 50");
  }

  @Test
  void reset_isMissed() throws Exception {
    begun(5).send("event: reset\ndata: {}", current(0, 6), ready(8), set("k", 1, 9));

    sink.hears("missed", "positioned 8", "k=v1 e1 @9", "upTo 8");
  }

  @Test
  void streamWithoutPositions_hasMissedWhatHappenedInBetween() throws Exception {
    feed.subscribe(sink, null);
    String ready = "event: ready\ndata: {\"syncToken\":\"" + id(0) + "\"}";
    String set = "event: set\ndata: {\"key\":\"k\",\"version\":1,\"etag\":\"e\",\"syncToken\":\""
        + id(0) + "\"}";
    service.next().begin(ready, set, ": current 0").cut();
    sink.hears("positioned 0", "k=v1 e @0", "upTo 0", "current 0");
    Stream next = service.next();
    assertThat(next.header("Last-Event-ID")).isNull();
    next.begin(ready);

    sink.hears("missed", "positioned 0");
  }

  @Test
  void olderService_isAskedWithoutHeartbeat_andProvesNothing() throws Exception {
    feed.subscribe(sink, null);
    service.next().refuse(400);
    Stream stream = service.next();
    assertThat(stream.target()).isEqualTo("/v1/stores/s/events");
    stream.begin(ready(5), ":\nid: " + id(6));
    sink.hears("positioned 5", "upTo 6");
    NotingSink second = new NotingSink();
    feed.subscribe(second, null);
    stream.send(":\nid: " + id(7), set("k", 1, 8));

    second.hears("positioned 7", "upTo 7", "k=v1 e1 @8", "upTo 7");
  }

  @Test
  void silentConnection_isGivenUp() throws Exception {
    impatient(SHORT, LONG, LONG);
    Stream stream = begun(5);
    stream.awaitEnd();

    assertThat(service.next().header("Last-Event-ID")).isEqualTo(id(5));
  }

  @Test
  void nodeThatDoesNotAnswer_isGivenUp() throws Exception {
    feed = feed(new EventTimes(Duration.ofMillis(500), SHORT, LONG, LONG, LONG, LONG));
    feed.subscribe(sink, null);
    service.next().awaitEnd();
    service.next().begin(ready(5));

    sink.hears("positioned 5");
  }

  @Test
  void nodeThatHearsNothingItself_isGivenUp() throws Exception {
    impatient(LONG, SHORT, LONG);
    Stream stream = begun(5).send(current(0, 6));
    sink.hears("current 6");
    while (service.waiting() == 0) {
      try {
        stream.raw(":\n\n");
      } catch (UncheckedIOException e) {
        break; // the connection is closed
      }
    }

    assertThat(service.next().header("Last-Event-ID")).isEqualTo(id(6));
  }

  @Test
  void clockThatRunsAhead_provesNothing() throws Exception {
    begun(5).send(current(1_000_000, 6));
    Stream next = service.next();
    assertThat(next.header("Last-Event-ID")).isEqualTo(id(6));
    next.begin(ready(6), current(0, 7));

    sink.hears("current 7");
  }

  @Test
  void oldStream_isMadeAnew() throws Exception {
    impatient(LONG, LONG, Duration.ofNanos(1));
    begun(5).awaitEnd();

    assertThat(service.next().header("Last-Event-ID")).isEqualTo(id(5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "event: set\ndata: {",
        "event: set\ndata: {\"key\":1,\"version\":1,\"syncToken\":\"0000000000000001\"}",
        "event: set\ndata: {\"key\":\"k\",\"version\":1.5,\"syncToken\":\"0000000000000001\"}",
        "event: set\ndata: {\"key\":\"k\",\"version\":1,\"etag\":\"e\"}",
        "event: set\ndata: {\"key\":\"a\\u001b\",\"version\":1,\"syncToken\":\"0000000000000001\"}",
        "event: ready\ndata: {\"syncToken\":\"x\"}",
        "event: set\ndata: []",
        ": current 0\nid: nope"
      })
  void garbage_isMissed_andNotMetAgain(String garbage) throws Exception {
    begun(5).send(garbage);
    sink.hears("missed");
    Stream next = service.next();
    assertThat(next.header("Last-Event-ID")).isNull();
    next.begin(ready(6));

    sink.hears("positioned 6");
  }

  @Test
  void eventWithoutEnd_isGivenUp() throws Exception {
    Stream stream = begun(5);
    stream.raw("data: " + "x".repeat(SseParser.MAX_BYTES));
    stream.awaitEnd();

    sink.hears("missed");
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 302, 401, 403, 404, 500, 503})
  void refusal_isTriedAgain(int status) throws Exception {
    feed.subscribe(sink, null);
    service.next().refuse(status, "Retry-After: 0");
    service.next().begin(ready(5));

    sink.hears("positioned 5");
  }

  @Test
  void refusals_areNotAskedForInALoop() throws Exception {
    feed.subscribe(sink, null);
    long began = System.nanoTime();
    for (int i = 0; i < 4; i++) {
      service.next().refuse(401);
    }

    // There are three pauses between four requests, of at least 50, 100 and 200 ms.
    assertThat(System.nanoTime() - began).isGreaterThan(Duration.ofMillis(350).toNanos());
  }

  @Test
  void retryAfter_isHonoured() throws Exception {
    feed.subscribe(sink, null);
    long began = System.nanoTime();
    service.next().refuse(503, "Retry-After: 1");
    service.next();

    assertThat(System.nanoTime() - began)
        .isGreaterThanOrEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void answerToAnotherRequest_isNone() throws Exception {
    feed.subscribe(sink, null);
    service
        .next()
        .raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nKV-Request-Id: other\r\n\r\n")
        .raw(ready(4) + "\n\n")
        .awaitEnd();
    service.next().begin(ready(5));

    sink.hears("positioned 5");
  }

  @Test
  void nodeThatIsDown_isLeftForAnother() throws Exception {
    try (EventService other = new EventService()) {
      transport = transport(service.uri(), other.uri());
      feed = feed(PATIENT);
      begun(5).cut();
      Stream next = other.next();
      assertThat(next.header("Last-Event-ID")).isEqualTo(id(5));
      next.begin(ready(5), set("k", 1, 6));

      sink.hears("k=v1 e1 @6", "upTo 5");
    }
  }

  @Test
  void bearerToken_isThatOfTheMoment() throws Exception {
    AtomicReference<String> token = new AtomicReference<>("one");
    transport = transport(HttpSettings.DEFAULT.withToken(token::get), service.uri());
    feed = feed(PATIENT);
    Stream stream = begun(5);
    assertThat(stream.header("Authorization")).isEqualTo("Bearer one");
    token.set("two");
    stream.cut();

    assertThat(service.next().header("Authorization")).isEqualTo("Bearer two");
  }

  @Test
  void secondSink_sharesTheStream_onceThatIsPastItsBegin() throws Exception {
    Stream stream = begun(5).send(current(0, 5));
    sink.hears("current 5");
    long begun = System.nanoTime();
    NotingSink second = new NotingSink();
    feed.subscribe(second, null);
    stream.send(current(0, 6), set("before", 1, 7));
    sink.hears("current 6", "before=v1 e1 @7", "upTo 6");
    assertThat(second.hasHeardNothing()).isTrue();
    long position = 7;
    while (second.hasHeardNothing()) {
      // Slightly less than the time since the request of the stream.
      long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
      stream.send(current(millis, ++position));
      sink.hears("current " + position);
    }
    second.hears("positioned " + position, "current " + position);
    stream.send(set("k", 1, 90));

    second.hears("k=v1 e1 @90", "upTo 89");
    assertThat(service.waiting()).isZero();
  }

  @Test
  void sinkThatBeginsInThePast_hasAStreamOfItsOwn() throws Exception {
    begun(50);
    NotingSink late = new NotingSink();
    feed.subscribe(late, new SyncToken(7));
    Stream stream = service.next();
    assertThat(stream.header("Last-Event-ID")).isEqualTo(id(7));
    stream.begin(ready(7), set("k", 1, 8));

    late.hears("positioned 7", "k=v1 e1 @8", "upTo 7");
    assertThat(sink.hasHeardNothing()).isTrue();
  }

  @Test
  void sinkThatBeginsWhereNobodyKnows_hasMissedThat() throws Exception {
    feed.subscribe(sink, new SyncToken(7));
    service.next().refuse(410);
    sink.hears("missed");
    service.next().begin(ready(50));

    sink.hears("positioned 50");
  }

  @Test
  void sinkThatFails_beginsAnew_andTheOthersGoOn() throws Exception {
    feed.subscribe(
        new NotingSink() {
          @Override
          public void catchingUp(List<Change> changes, long position) {
            throw new IllegalStateException("on purpose");
          }

          @Override
          public void missed() {
            sink.missed();
          }

          @Override
          public void positionedUnproved(long position) {
            sink.positionedUnproved(position);
          }
        },
        null);
    NotingSink other = new NotingSink();
    feed.subscribe(other, null);
    service.next().begin(ready(5), set("k", 1, 6));

    sink.hears("positioned 5", "missed", "positioned 5");
    other.hears("positioned 5", "k=v1 e1 @6", "upTo 5");
  }

  @Test
  void close_endsTheStreamWithItsLastSink() throws Exception {
    FeedSubscription first = feed.subscribe(sink, null);
    FeedSubscription second = feed.subscribe(new NotingSink(), null);
    Stream stream = service.next().begin(ready(5));
    sink.hears("positioned 5");
    first.close();
    first.close();
    second.close();
    stream.awaitEnd();
    feed.subscribe(sink, null);
    service.next().begin(ready(6));

    sink.hears("positioned 6");
  }

  @Test
  void close_fromWithinACall_endsTheStream() throws Exception {
    AtomicReference<FeedSubscription> subscription = new AtomicReference<>();
    subscription.set(feed.subscribe(
        new NotingSink() {
          @Override
          public void missed() {
            Objects.requireNonNull(subscription.get()).close();
          }
        },
        null));
    Stream stream = service.next().begin(ready(5), "event: reset\ndata: {}");

    stream.awaitEnd();
  }

  @Test
  void close_whileNothingIsAnswered_isPrompt() throws Exception {
    feed.subscribe(sink, null);
    Stream stream = service.next();
    long began = System.nanoTime();
    feed.close();
    stream.awaitEnd();

    assertThat(System.nanoTime() - began).isLessThan(Duration.ofSeconds(5).toNanos());
    assertThatThrownBy(() -> feed.subscribe(sink, null))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
  }

  @Test
  void closedSink_hearsNothingMore() throws Exception {
    FeedSubscription closed = feed.subscribe(sink, null);
    NotingSink other = new NotingSink();
    feed.subscribe(other, null);
    Stream stream = service.next().begin(ready(5));
    sink.hears("positioned 5");
    other.hears("positioned 5");
    closed.close();
    stream.send(set("k", 1, 6));
    other.hears("k=v1 e1 @6");

    assertThat(sink.hasHeardNothing()).isTrue();
  }

  @Test
  void sink_isAnyChangeSink() throws Exception {
    // A sink that does not support proofs must not treat the report as one.
    AtomicReference<String> trusted = new AtomicReference<>();
    feed.subscribe(
        new ChangeSink() {
          @Override
          public void positioned(long position) {
            sink.positionedUnproved(position);
          }

          @Override
          public void changed(List<Change> changes, long position) {
            trusted.set("changed");
          }

          @Override
          public void catchingUp(List<Change> changes, long position) {
            sink.catchingUp(changes, position);
          }

          @Override
          public void missed() {}
        },
        null);
    service.next().begin(ready(5), current(0, 6));

    sink.hears("positioned 5", "upTo 6");
    assertThat(trusted).hasNullValue();
  }
}
