package dev.kvstore.client.internal.store;

import static dev.kvstore.client.testing.EventService.current;
import static dev.kvstore.client.testing.EventService.id;
import static dev.kvstore.client.testing.EventService.ready;
import static dev.kvstore.client.testing.EventService.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVEntry;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.client.HttpSettings;
import dev.kvstore.client.TestStores;
import dev.kvstore.client.internal.events.EventTimes;
import dev.kvstore.client.internal.request.Endpoints;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.client.testing.Bodies;
import dev.kvstore.client.testing.EventService;
import dev.kvstore.client.testing.EventService.Stream;
import dev.kvstore.internal.cache.NearCache;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests a near-cache over a service controlled by the test, with bounds that no test exceeds. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NearCacheOverHttpTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  /** The entry read last. */
  private volatile @Nullable KVEntry<RawValue> last;

  private final EventService service = new EventService();
  private final Transport transport = new Transport(
      new Endpoints(List.of(service.uri()), System::nanoTime),
      TestStores.requests(HttpSettings.DEFAULT),
      100_000);
  private final HttpEntryStore entries =
      new HttpEntryStore("s", Duration.ofSeconds(40), EventTimes.DEFAULT, transport);
  private final NearCache cache = NearCache.over(
      entries,
      NearCacheSettings.builder().stalenessBound(LONG).partitionBound(LONG).build(),
      InstantSource.system());

  @AfterEach
  void stop() throws IOException {
    cache.close();
    service.close();
  }

  private void awaitPosition(long position) {
    while (cache.syncToken().position() < position) {
      Thread.onSpinWait();
    }
  }

  private void awaitCoherent() {
    while (!cache.health().coherent()) {
      Thread.onSpinWait();
    }
  }

  /** Reads the key, responds with this version, and returns the request. */
  private Stream readAndAnswer(int version, String... headers) throws Exception {
    CompletableFuture<KVEntry<RawValue>> read = read();
    Stream request = service.next();
    BsonDocument entry = Bodies.entry("k", new BsonInt32(version));
    entry.remove("expiresAt");
    String body = new String(Bodies.bytes(entry), StandardCharsets.ISO_8859_1);
    request.bytes("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/bson\r\n"
        + "Content-Length: " + body.length() + "\r\n"
        + String.join("\r\n", headers) + (headers.length == 0 ? "" : "\r\n") + "\r\n" + body);
    last = read.get(30, TimeUnit.SECONDS);
    return request;
  }

  private boolean isLastStale() {
    return Objects.requireNonNull(last).stale();
  }

  private CompletableFuture<KVEntry<RawValue>> read() {
    return CompletableFuture.supplyAsync(
        () -> cache.find("k", ReadOptions.DEFAULT).orElseThrow());
  }

  @Test
  void held_isWhatTheStreamVouchesFor() throws Exception {
    Stream events = service.next().begin(ready(5));
    awaitPosition(5);
    readAndAnswer(1);
    assertThat(cache.peek("k", ReadOptions.DEFAULT))
        .as("an opening vouches for nothing")
        .isNull();
    events.send(current(0, 5));
    awaitCoherent();
    assertThat(cache.peek("k", ReadOptions.DEFAULT)).isNotNull();
    events.send(set("k", 9, 7));
    awaitPosition(7);
    while (cache.health().invalidations() == 0) {
      Thread.onSpinWait();
    }
    assertThat(readAndAnswer(1).header("Sync-Token"))
        .as("what the event has told is demanded")
        .isEqualTo(id(7));
    assertThat(cache.peek("k", ReadOptions.DEFAULT)).isNotNull();
  }

  @Test
  void olderService_vouchesForNothing() throws Exception {
    service.next().refuse(400);
    service.next().begin(ready(5), ":\nid: " + id(6), set("k", 1, 8));
    awaitPosition(8);

    assertThat(cache.health().coherent()).isFalse();
    readAndAnswer(1);
    assertThat(cache.peek("k", ReadOptions.DEFAULT)).isNull();
  }

  @Test
  void answerThatIsStale_isNeverHeld() throws Exception {
    service.next().begin(ready(5), current(0, 5));
    awaitCoherent();
    readAndAnswer(1, "KV-Stale: 12");
    assertThat(isLastStale()).isTrue();
    assertThat(cache.peek("k", ReadOptions.DEFAULT)).isNull();
    readAndAnswer(1);

    assertThat(isLastStale()).isFalse();
    assertThat(cache.peek("k", ReadOptions.DEFAULT)).isNotNull();
  }

  @Test
  void brokenStream_leavesWhatIsHeld_andResetDoesNot() throws Exception {
    Stream events = service.next().begin(ready(5), current(0, 5));
    awaitCoherent();
    readAndAnswer(1);
    events.cut();
    Stream next = service.next().begin(ready(5), current(0, 6));
    awaitPosition(6);
    assertThat(cache.peek("k", ReadOptions.DEFAULT)).isNotNull();
    next.send("event: reset\ndata: {}", ready(9), current(0, 9));
    awaitPosition(9);
    awaitCoherent();

    assertThat(cache.health().entries()).isZero();
    assertThat(cache.syncToken()).isEqualTo(new SyncToken(9));
  }

  @Test
  void entry_expiresByTheServicesClock() throws Exception {
    service.next();
    readAndAnswer(1, "Date: " + inTwoMinutes());

    assertThat(transport.exchanges().clock().instant()).isAfter(Instant.now().plusSeconds(60));
  }

  @Test
  void dateOfSomethingInBetween_doesNotCount() throws Exception {
    service.next();
    CompletableFuture<KVEntry<RawValue>> read = read();
    service
        .next()
        .bytes("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\nDate: "
            + inTwoMinutes() + "\r\n\r\n");

    assertThat(read).failsWithin(30, TimeUnit.SECONDS);
    assertThat(transport.exchanges().clock().instant()).isBefore(Instant.now().plusSeconds(60));
  }

  private static String inTwoMinutes() {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(
        ZonedDateTime.now(ZoneOffset.UTC).plusMinutes(2));
  }
}
