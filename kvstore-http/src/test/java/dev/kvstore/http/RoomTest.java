package dev.kvstore.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.bson.BsonValues;
import dev.kvstore.http.auth.Principal;
import dev.kvstore.http.net.Shares;
import dev.kvstore.http.net.Shares.Grant;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;

/** What is read of a store while there is little memory for it. */
class RoomTest {
  private static final int LARGEST = 10_000;

  /** What an entry takes for which there has to be room. */
  private static final int ENTRY = LARGEST + PageRoom.ENTRY_BYTES;

  private static final RawValue VALUE = BsonValues.ofBsonValue(new BsonString("x".repeat(9_000)));
  private static final List<String> KEYS =
      IntStream.range(0, 20).mapToObj(i -> "k%02d".formatted(i)).toList();

  private final List<Integer> reads = new ArrayList<>();
  private final EntryStore store = proxy(EntryStore.class, (name, arguments) -> switch (name) {
    case "readMany" -> readMany((Collection<?>) arguments[0]);
    case "scan" -> scan((KeyRange) arguments[0], (Integer) arguments[1]);
    case "syncToken" -> SyncToken.START;
    default -> throw new UnsupportedOperationException(name);
  });

  private interface Calls {
    Object call(String method, Object[] arguments);
  }

  private static <T> T proxy(Class<T> type, Calls calls) {
    return type.cast(Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (self, method, arguments) -> calls.call(method.getName(), arguments)));
  }

  private List<KVEntry<RawValue>> readMany(Collection<?> keys) {
    reads.add(keys.size());
    return keys.stream().map(key -> entry(key.toString())).toList();
  }

  private KVPage<KVEntry<RawValue>> scan(KeyRange range, int limit) {
    reads.add(limit);
    String after = range.after();
    int from = after == null ? 0 : KEYS.indexOf(after) + 1;
    int to = Math.min(from + limit, KEYS.size());
    List<KVEntry<RawValue>> items =
        KEYS.subList(from, to).stream().map(RoomTest::entry).toList();
    return new KVPage<>(items, to < KEYS.size() ? KEYS.get(to - 1) : null);
  }

  private static KVEntry<RawValue> entry(String key) {
    Instant now = Instant.EPOCH;
    return new KVEntry<>(VALUE, new KVMetadata(key, 1, "e", now, now, null, null));
  }

  private Exchange exchange(Shares pages) {
    Calls get = (name, arguments) -> "GET";
    return new Exchange(
        proxy(HttpServletRequest.class, get),
        proxy(HttpServletResponse.class, get),
        Target.parse("/v1/stores/app/values"),
        Principal.NOBODY,
        proxy(EntryDatabase.class, (name, arguments) -> store),
        () -> {},
        "client",
        new Room(new Shares(0, 1_000_000), pages, "client", false, LARGEST, action -> {}));
  }

  private static List<String> all(EntryDocument.Entries entries) {
    List<String> keys = new ArrayList<>();
    for (KVEntry<RawValue> entry = entries.next(); entry != null; entry = entries.next()) {
      keys.add(entry.key());
    }
    return keys;
  }

  private static List<Function<Exchange, EntryDocument.Entries>> walks() {
    return List.of(
        exchange -> new ManyKeys(exchange, KEYS),
        exchange -> new PageWalk(exchange, List.of(KeyRange.ALL)));
  }

  @Test
  void fewerEntriesAreReadAtATime_whereThereIsLittleRoom() {
    Shares pages = new Shares(3 * ENTRY, 3 * ENTRY);
    for (Function<Exchange, EntryDocument.Entries> walk : walks()) {
      reads.clear();

      assertThat(all(walk.apply(exchange(pages)))).isEqualTo(KEYS);
      assertThat(reads).allSatisfy(read -> assertThat(read).isBetween(1, 3));
      assertThat(pages.acquire("other", 3 * ENTRY)).isEqualTo(Grant.GRANTED);
      pages.release("other", 3 * ENTRY);
    }
  }

  @Test
  void pageOfUsualSize_isReadInSteps() {
    Shares pages = new Shares(23 * ENTRY, 23 * ENTRY);
    Exchange exchange = exchange(pages);
    VisiblePage page = new VisiblePage(store, List.of(KeyRange.ALL), 16, ReadOptions.DEFAULT);
    assertThat(pages.acquire("other", 4 * ENTRY)).isEqualTo(Grant.GRANTED);
    KVPage<KVEntry<RawValue>> read = page.entries(exchange.room().forEntries());

    assertThat(read.items()).extracting(KVEntry::key).isEqualTo(KEYS.subList(0, 16));
    assertThat(read.nextAfter()).isEqualTo("k15");
    assertThat(pages.acquire("other", 7 * ENTRY))
        .as("what the page has is held")
        .isNotEqualTo(Grant.GRANTED);
  }

  @Test
  void nothingIsRead_whereThereIsNoRoomForOne() {
    Shares pages = new Shares(ENTRY, ENTRY);
    assertThat(pages.acquire("other", 1)).isEqualTo(Grant.GRANTED);
    for (Function<Exchange, EntryDocument.Entries> walk : walks()) {
      EntryDocument.Entries entries = walk.apply(exchange(pages));

      assertThatThrownBy(entries::next).isInstanceOfSatisfying(ProblemException.class, e -> {
        assertThat(e.problem().kind()).isEqualTo(ErrorKind.UNAVAILABLE);
        assertThat(e.problem().headers()).containsKey("Retry-After");
      });
    }
    assertThat(reads).isEmpty();
  }

  @Test
  void roomThatIsGivenBack_isWaitedFor() throws InterruptedException {
    Shares pages = new Shares(ENTRY, ENTRY);
    assertThat(pages.acquire("other", ENTRY)).isEqualTo(Grant.GRANTED);
    CountDownLatch begun = new CountDownLatch(1);
    Thread other = new Thread(() -> {
      begun.countDown();
      pages.release("other", ENTRY);
    });
    other.start();
    begun.await();

    assertThat(all(walks().get(0).apply(exchange(pages)))).isEqualTo(KEYS);
    other.join();
  }
}
