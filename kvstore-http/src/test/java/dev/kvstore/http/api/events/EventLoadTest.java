package dev.kvstore.http.api.events;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.TestService;
import dev.kvstore.http.api.events.EventReader.Event;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.ValueLimits;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests many event streams, and slow ones. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventLoadTest {
  private static final String EVENTS = "/v1/stores/app/events";
  private static final int STREAMS = 500;
  private static final int CHANGES = 1000;
  private static final int WRITERS = 4;
  private static final int KEYS = 20;

  /** How long the service would wait for requests that do not end. */
  private static final Duration STOPPING = Duration.ofSeconds(60);

  @TempDir
  private Path folder;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HookedDatabase database;
  private RawStore store;
  private TestService service;

  @BeforeEach
  void start() {
    database = new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    store = RawStore.of(database.store("app"));
    service = TestService.start(
        database,
        with(
            ServerSettings.DEFAULT,
            "stopTimeout",
            STOPPING,
            "events",
            new EventSettings(
                STREAMS + 10, 1024, Duration.ofSeconds(1), Duration.ofSeconds(20), STREAMS + 10)));
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
    service.close();
  }

  private void set(String key, String json) {
    store.write(new Write(
        key,
        new JsonTranscoder(ValueLimits.DEFAULT).parse(json.getBytes(StandardCharsets.UTF_8)),
        WriteOptions.DEFAULT));
  }

  private EventReader ready(String query) {
    EventReader reader = EventReader.open(service, EVENTS + query);
    assertThat(reader.next().type()).isEqualTo("ready");
    return reader;
  }

  /**
   * Returns the number of resets; without any, checks that every change arrived once and in order.
   */
  private static int readAll(EventReader reader) {
    Map<String, Long> versions = new HashMap<>();
    int resets = 0;
    int changes = 0;
    for (Event event = reader.next(); !event.key().equals("end"); event = reader.next()) {
      if (event.type().equals("reset")) {
        resets++;
      } else if (event.type().equals("set")) {
        changes++;
        long before = versions.getOrDefault(event.key(), 0L);
        if (resets == 0) {
          assertThat(event.version()).isEqualTo(before + 1);
        } else {
          assertThat(event.version()).isGreaterThan(before);
        }
        versions.put(event.key(), event.version());
      }
    }
    assertThat(resets > 0 || changes == CHANGES).isTrue();
    return resets;
  }

  @Test
  void manyStreams_eachHearsOfEveryChangeOnceInOrder_andNoThreadIsHeld() throws Exception {
    List<EventReader> readers = new ArrayList<>();
    List<Future<Integer>> reading = new ArrayList<>();
    try {
      for (int i = 0; i < STREAMS; i++) {
        readers.add(ready(i % 2 == 0 ? "" : "?values=true"));
      }
      long busy = Thread.getAllStackTraces().keySet().stream()
          .filter(thread -> thread.getName().startsWith("kvstore-events"))
          .count();
      assertThat(busy).isLessThan(20);
      readers.forEach(reader -> reading.add(threads.submit(() -> readAll(reader))));
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        writers.add(threads.submit(() -> {
          for (int n = 0; n < CHANGES / WRITERS; n++) {
            set("key" + n % KEYS, "{\"n\": " + n + "}");
          }
        }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      assertThat(service.get("/health/ready").status()).isEqualTo(200);
      set("end", "0");

      int resets = 0;
      for (Future<Integer> reader : reading) {
        resets += reader.get(60, TimeUnit.SECONDS);
      }
      // A busy machine may be too slow for some.
      assertThat(resets).isLessThan(STREAMS);
    } finally {
      readers.forEach(EventReader::close);
    }
  }

  @Test
  void readerThatDoesNotRead_isToldToBeginAnew_andHoldsUpNobody() {
    String large = '"' + "x".repeat(500_000) + '"';
    try (EventReader slow = EventReader.openNarrow(service, EVENTS + "?values=true");
        EventReader quick = ready("")) {
      assertThat(slow.next().type()).isEqualTo("ready");
      // The large values fill the connection, the others the queue.
      for (int i = 0; i < 40; i++) {
        set("large" + i, large);
        assertThat(quick.next().toString()).isEqualTo("large" + i + "=v1");
      }
      for (int i = 1; i <= 2500; i++) {
        set("k", "1");
        assertThat(quick.next().toString()).isEqualTo("k=v" + i);
      }
      Event event = slow.next();
      int events = 0;
      while (!event.type().equals("reset")) {
        events++;
        event = slow.next();
      }
      assertThat(events).isLessThan(1200);
      assertThat(slow.next().type()).isEqualTo("ready");
      set("end", "1");
      while (!event.key().equals("end")) {
        event = slow.next();
      }
    }
  }

  @Test
  void stop_doesNotWaitForAReaderThatDoesNotRead() {
    String large = '"' + "x".repeat(1_000_000) + '"';
    try (EventReader slow = EventReader.openNarrow(service, EVENTS + "?values=true");
        EventReader quick = ready("?values=true")) {
      assertThat(slow.next().type()).isEqualTo("ready");
      for (int i = 0; i < 10; i++) {
        set("large" + i, large);
        quick.next();
      }
      long start = System.nanoTime();
      service.server().close();

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(STOPPING.dividedBy(2));
      assertThat(quick.endsComplete()).isTrue();
      assertThat(slow.endsComplete()).isFalse();
    }
  }

  @Test
  void valueThatCannotBeRead_letsTheReaderBeginAnew_andTheOthersGoOn() {
    try (EventReader values = ready("?values=true");
        EventReader plain = ready("")) {
      database.before(method -> {
        if (method.equals("find")) {
          throw new UnavailableException("by the test", null);
        }
      });
      set("a", "1");
      assertThat(plain.next().toString()).isEqualTo("a=v1");
      assertThat(values.next(2)).containsExactly("reset", "ready");
      database.before(method -> {});
      set("a", "2");

      Event event = values.next();
      assertThat(event.toString()).isEqualTo("a=v2");
      assertThat(event.data().path("value").asInt()).isEqualTo(2);
    }
  }

  @Test
  void value_isReadOnceForAllStreams() {
    List<EventReader> readers = new ArrayList<>();
    AtomicInteger reads = new AtomicInteger();
    try {
      for (int i = 0; i < 20; i++) {
        readers.add(ready("?values=true"));
      }
      database.before(method -> {
        if (method.equals("find")) {
          reads.incrementAndGet();
        }
      });
      set("a", "1");
      for (EventReader reader : readers) {
        assertThat(reader.next().data().path("value").asInt()).isEqualTo(1);
      }
      assertThat(reads).hasValue(1);
    } finally {
      readers.forEach(EventReader::close);
    }
  }
}
