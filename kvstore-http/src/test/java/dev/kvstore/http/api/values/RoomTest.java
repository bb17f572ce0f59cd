package dev.kvstore.http.api.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVQuery;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.http.auth.Access;
import dev.kvstore.http.auth.Principal;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.limits.Load;
import dev.kvstore.http.limits.PageRoom;
import dev.kvstore.http.limits.Room;
import dev.kvstore.http.limits.Shares;
import dev.kvstore.http.limits.Shares.Grant;
import dev.kvstore.http.limits.Turns;
import dev.kvstore.http.limits.Workers;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourcePath;
import dev.kvstore.http.route.Route;
import dev.kvstore.http.wire.ChunkedBuffer;
import dev.kvstore.http.wire.DocumentWriter;
import dev.kvstore.http.wire.EntryDocument;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.JsonParts;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.Thread.State;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests reads of a store with little memory. */
class RoomTest {
  private static final int LARGEST = 10_000;

  /** The memory to reserve for an entry. */
  private static final int ENTRY = LARGEST + PageRoom.ENTRY_BYTES;

  private static final int MEMORY = 100_000_000;

  private RawValue value = value(9_000);
  private List<String> keys = keys(20);
  private final List<Integer> reads = new ArrayList<>();
  private final EntryStore store = proxy(EntryStore.class, (name, arguments) -> switch (name) {
    case "find" -> find((Collection<?>) arguments[0]);
    case "scan" -> scan((KeyRange) arguments[0], (Projection<?>) arguments[1], (int) arguments[2]);
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

  private List<KVEntry<RawValue>> find(Collection<?> keys) {
    reads.add(keys.size());
    return keys.stream().map(key -> entry(key.toString())).toList();
  }

  private <T> KVPage<T> scan(KeyRange range, Projection<T> projection, int limit) {
    reads.add(limit);
    String after = range.after();
    int from = after == null ? 0 : keys.indexOf(after) + 1;
    int fitting = (PageRoom.SCAN_BYTES - 1) / value.size() + 1;
    int to = Math.min(from + Math.min(limit, fitting), keys.size());
    List<T> items =
        keys.subList(from, to).stream().map(key -> projection.of(entry(key))).toList();
    return new KVPage<>(items, to < keys.size() ? Optional.of(keys.get(to - 1)) : Optional.empty());
  }

  private KVEntry<RawValue> entry(String key) {
    Instant now = Instant.EPOCH;
    return KVEntry.of(value, KVMetadata.of(key, 1, "e", now, now, null, null));
  }

  private static RawValue value(int characters) {
    return BsonValues.ofBsonValue(new BsonString("x".repeat(characters)));
  }

  private static List<String> keys(int count) {
    return IntStream.range(0, count).mapToObj(i -> "k%04d".formatted(i)).toList();
  }

  private RequestContext context(Shares pages) {
    return context(pages, LARGEST);
  }

  private RequestContext context(Shares pages, int largest) {
    return context(new Shares(MEMORY, MEMORY), pages, largest);
  }

  private RequestContext context(Shares memory, Shares pages, int largest) {
    Calls get = (name, arguments) -> "GET";
    return new RequestContext(
        proxy(HttpServletRequest.class, get),
        proxy(HttpServletResponse.class, get),
        new ResourcePath(
            new Route("/v1/stores/{store}/values", List.of("GET"), Access.DATA, 0, unused -> {}),
            "app",
            "",
            ""),
        Principal.NOBODY,
        proxy(EntryDatabase.class, (name, arguments) -> store),
        () -> {},
        "client",
        new Room(memory, pages, "client", false, largest, action -> {}));
  }

  private static List<String> all(EntryDocument.Entries entries) {
    List<String> keys = new ArrayList<>();
    for (KVEntry<RawValue> entry = entries.next(); entry != null; entry = entries.next()) {
      keys.add(entry.key());
    }
    return keys;
  }

  private List<Function<RequestContext, EntryDocument.Entries>> walks() {
    return List.of(
        context -> new ManyKeys(context, keys),
        context -> new PageWalk(context, List.of(KeyRange.ALL)));
  }

  @Test
  void fewerEntriesAreReadAtATime_whereThereIsLittleRoom() {
    Shares pages = new Shares(4 * ENTRY, 4 * ENTRY);
    for (Function<RequestContext, EntryDocument.Entries> walk : walks()) {
      reads.clear();

      assertThat(all(walk.apply(context(pages)))).isEqualTo(keys);
      assertThat(reads).allSatisfy(read -> assertThat(read).isBetween(1, 3)).contains(3);
      assertThat(pages.acquire("other", 4 * ENTRY)).isEqualTo(Grant.GRANTED);
      pages.release("other", 4 * ENTRY);
    }
  }

  @Test
  void pageOfUsualSize_isReadInSteps() {
    Shares pages = new Shares(24 * ENTRY, 24 * ENTRY);
    RequestContext context = context(pages);
    VisiblePage page = new VisiblePage(store, List.of(KeyRange.ALL), 16, ReadOptions.DEFAULT);
    assertThat(pages.acquire("other", 4 * ENTRY)).isEqualTo(Grant.GRANTED);
    KVPage<KVEntry<RawValue>> read = page.entries(context.room().forEntries());

    assertThat(read.items()).extracting(KVEntry::key).isEqualTo(keys.subList(0, 16));
    assertThat(read.next()).contains("k0015");
    assertThat(pages.acquire("other", 8 * ENTRY))
        .as("what the page has is held")
        .isNotEqualTo(Grant.GRANTED);
  }

  @Test
  void nothingIsRead_whereThereIsNoRoomForOne() {
    Shares pages = new Shares(ENTRY, ENTRY);
    assertThat(pages.acquire("other", 1)).isEqualTo(Grant.GRANTED);
    for (Function<RequestContext, EntryDocument.Entries> walk : walks()) {
      EntryDocument.Entries entries = walk.apply(context(pages));

      assertThatThrownBy(entries::next).isInstanceOfSatisfying(ProblemException.class, e -> {
        assertThat(e.problem().kind()).isEqualTo(ErrorKind.UNAVAILABLE);
        assertThat(e.problem().headers()).containsKey("Retry-After");
      });
    }
    assertThat(reads).isEmpty();
  }

  @Test
  void roomThatIsGivenBack_isWaitedFor() throws Exception {
    Shares pages = new Shares(ENTRY, ENTRY);
    assertThat(pages.acquire("other", ENTRY)).isEqualTo(Grant.GRANTED);
    FutureTask<List<String>> read =
        new FutureTask<>(() -> all(walks().get(0).apply(context(pages))));
    Thread reader = new Thread(read);
    reader.start();
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> reader.getState() == State.TIMED_WAITING);
    pages.release("other", ENTRY);

    assertThat(read.get()).isEqualTo(keys);
  }

  @Test
  void leastShareOfAClient_isEnoughForTheLargestPage() {
    int largest = 1024 * 1024;
    keys = keys(1500);
    for (int characters : new int[] {1, 4_000, 4_200, 1_000_000}) {
      value = value(characters);
      RequestContext context = context(Load.pages(0, largest), largest);
      reads.clear();
      KVPage<KVEntry<RawValue>> page = new VisiblePage(
              store, List.of(KeyRange.ALL), KVQuery.MAX_LIMIT, ReadOptions.DEFAULT)
          .entries(context.room().forEntries());

      assertThat(page.items())
          .as(characters + " characters")
          .hasSizeGreaterThanOrEqualTo(Math.min(1000, PageRoom.SCAN_BYTES / value.size()));
      assertThat(page.next()).isPresent();
      assertThat(reads).as("at first all at once").startsWith(1000);
    }
  }

  @Test
  void page_endsWhereThereIsNoRoomForMore() {
    for (int keysThere : new int[] {20, 3}) {
      keys = keys(keysThere);
      Shares pages = new Shares(4 * ENTRY, 4 * ENTRY);
      KVPage<KVEntry<RawValue>> page = new VisiblePage(
              store, List.of(KeyRange.ALL), 20, ReadOptions.DEFAULT)
          .entries(context(pages).room().forEntries());

      assertThat(page.items()).extracting(KVEntry::key).isEqualTo(keys.subList(0, 3));
      assertThat(page.next()).isEqualTo(keysThere == 3 ? Optional.empty() : Optional.of("k0002"));
    }
  }

  @Test
  void listingsWhoseReadersWait_doNotKeepOthersOfTheirClientFromTheirEnd() throws IOException {
    keys = keys(1200);
    Shares pages = Load.pages(0, LARGEST);
    List<JsonParts> listings = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      JsonParts parts = new JsonParts(
          new EntryDocument(
              DocumentWriter::startArray,
              walks().get(i % 2).apply(context(pages)),
              (out, entry) -> out.value(ResponseWriter.present(entry)),
              DocumentWriter::endArray),
          new JsonTranscoder(ValueLimits.DEFAULT),
          context(pages).room());
      listings.add(parts);
    }
    for (JsonParts parts : listings) {
      parts.make();
      assertThat(parts.isAll()).isFalse();
    }
    for (JsonParts parts : listings) {
      while (parts.next() != null) {
        // reads everything
      }
      assertThat(parts.isAll()).isTrue();
    }
  }

  @Test
  void whatNoClientCanHave_isTooLarge() {
    Shares pages = new Shares(ENTRY, ENTRY - 1);
    for (Function<RequestContext, EntryDocument.Entries> walk : walks()) {
      EntryDocument.Entries entries = walk.apply(context(pages));

      assertThatThrownBy(entries::next)
          .isInstanceOfSatisfying(
              ProblemException.class,
              e -> assertThat(e.problem().kind()).isEqualTo(ErrorKind.TOO_LARGE));
    }
  }

  @ParameterizedTest
  @CsvSource({"200, TOO_LARGE", "40, UNAVAILABLE"})
  void bsonBeyondWhatAClientCanHave_isTooLarge_whateverOthersHave(int count, ErrorKind kind) {
    keys = keys(count);
    Shares pages = new Shares(MEMORY, MEMORY);
    for (int held = 18; held <= 20; held += 2) {
      Shares memory = new Shares(20 * ChunkedBuffer.CHUNK_BYTES, 10 * ChunkedBuffer.CHUNK_BYTES);
      for (String other : List.of("a", "b")) {
        assertThat(memory.acquire(other, held / 2L * ChunkedBuffer.CHUNK_BYTES))
            .isEqualTo(Grant.GRANTED);
      }
      Load load = new Load(
          new Workers(1, Runnable::run),
          new Turns(1, Duration.ofSeconds(1)),
          memory,
          pages,
          LARGEST);
      RequestContext context = context(memory, pages, LARGEST);
      EntryDocument document = new EntryDocument(
          DocumentWriter::startDocument,
          new PageWalk(context, List.of(KeyRange.ALL)),
          (out, entry) -> {
            out.name(entry.key()).value(ResponseWriter.present(entry));
          },
          DocumentWriter::endDocument);

      ResponseWriter responses = new ResponseWriter(new JsonTranscoder(ValueLimits.DEFAULT), load);
      assertThatThrownBy(() -> responses.stream(context, Format.BSON, document))
          .as(held + " chunks are held")
          .isInstanceOfSatisfying(
              ProblemException.class, e -> assertThat(e.problem().kind()).isEqualTo(kind));
    }
  }
}
