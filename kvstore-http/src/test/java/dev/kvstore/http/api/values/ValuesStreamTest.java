package dev.kvstore.http.api.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.SyncToken;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;

/** Tests a store with more entries than should be held in memory. */
class ValuesStreamTest {
  private static final int ENTRIES = 100_000;
  private static final RawValue VALUE = BsonValues.ofBsonValue(new BsonString("x".repeat(1024)));

  private final AtomicInteger pages = new AtomicInteger();

  @Test
  void values_areReadAsTheyAreSent() throws IOException {
    try (TestService service = TestService.start(database(), ServerSettings.DEFAULT);
        Socket socket = service.connect()) {
      socket
          .getOutputStream()
          .write("GET /v1/stores/app/values HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      int all = ENTRIES / 500;
      AtomicInteger before = new AtomicInteger(-1);
      await()
          .pollInterval(Duration.ofMillis(500))
          .until(() -> pages.get() > 0 && before.getAndSet(pages.get()) == pages.get());
      assertThat(pages.get()).as("pages read for someone who reads none").isLessThan(all / 5);

      Reply reply = Reply.read(socket.getInputStream(), false);
      assertThat(reply.complete()).isTrue();
      assertThat(reply.json()).hasSize(ENTRIES);
      assertThat(pages.get()).isEqualTo(all);
    }
  }

  private EntryDatabase database() {
    EntryStore store = (EntryStore) Proxy.newProxyInstance(
        EntryStore.class.getClassLoader(),
        new Class<?>[] {EntryStore.class},
        (proxy, method, arguments) -> switch (method.getName()) {
          case "scan" -> page((KeyRange) arguments[0], (Integer) arguments[2]);
          case "syncToken" -> SyncToken.START;
          default -> throw new UnsupportedOperationException(method.getName());
        });
    return (EntryDatabase) Proxy.newProxyInstance(
        EntryDatabase.class.getClassLoader(),
        new Class<?>[] {EntryDatabase.class},
        (proxy, method, arguments) -> switch (method.getName()) {
          case "store" -> store;
          case "cacheHealth" -> Optional.empty();
          default -> null;
        });
  }

  private KVPage<KVEntry<RawValue>> page(KeyRange range, int limit) {
    pages.incrementAndGet();
    String after = range.after();
    int from = after == null ? 0 : Integer.parseInt(after.substring(1)) + 1;
    int to = Math.min(from + limit, ENTRIES);
    List<KVEntry<RawValue>> items =
        IntStream.range(from, to).mapToObj(ValuesStreamTest::entry).toList();
    return new KVPage<>(
        items, to < ENTRIES ? Optional.of(items.get(items.size() - 1).key()) : Optional.empty());
  }

  private static KVEntry<RawValue> entry(int number) {
    Instant now = Instant.EPOCH;
    return KVEntry.of(VALUE, KVMetadata.of("k" + number, 1, "e", now, now, null, null));
  }
}
