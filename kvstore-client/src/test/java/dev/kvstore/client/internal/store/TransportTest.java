package dev.kvstore.client.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kvstore.BatchOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.client.HttpSettings;
import dev.kvstore.client.TestStores;
import dev.kvstore.client.testing.Backlog;
import dev.kvstore.client.testing.Bodies;
import dev.kvstore.client.testing.RawService;
import dev.kvstore.client.testing.Reply;
import dev.kvstore.client.testing.ScriptedService;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests missing, late and truncated responses. */
@Timeout(60)
class TransportTest {
  private static final RawValue VALUE = Bodies.value(new BsonString("secret"));
  private static final Reply ENTRY = Reply.bson(200, Bodies.entry("k", new BsonInt32(1)));
  private static final HttpSettings SHORT =
      HttpSettings.DEFAULT.withRequestTimeout(Duration.ofMillis(300));

  private static final RawService.Script CUT = (connection, number) -> connection.close();
  private static final RawService.Script CUT_IN_THE_MIDDLE = (connection, number) -> {
    connection
        .getOutputStream()
        .write("HTTP/1.1 200 -\r\nContent-Type: application/bson\r\nContent-Length: 99\r\n\r\nx"
            .getBytes(StandardCharsets.US_ASCII));
    connection.close();
  };
  private static final RawService.Script SILENT =
      (connection, number) -> new CountDownLatch(1).await();

  private static void read(RawStore store) {
    store.read("k");
  }

  private static void increment(RawStore store) {
    store.increment("k", 1, WriteOptions.DEFAULT);
  }

  static Stream<Arguments> writes() {
    return Stream.of(
        Arguments.of("write", (Consumer<RawStore>)
            store -> store.write(new Write("k", VALUE, WriteOptions.ifMatch("e1")))),
        Arguments.of("setDefault", (Consumer<RawStore>)
            store -> store.setDefault(new Write("k", VALUE, WriteOptions.DEFAULT))),
        Arguments.of("writeMany", (Consumer<RawStore>)
            store -> store.writeMany(Map.of("k", VALUE), BatchOptions.DEFAULT)),
        Arguments.of("increment", (Consumer<RawStore>)
            store -> store.increment("k", 1, WriteOptions.DEFAULT)),
        Arguments.of(
            "delete", (Consumer<RawStore>) store -> store.delete("k", WriteOptions.DEFAULT)));
  }

  private static KVException thrownBy(Consumer<RawStore> operation, RawStore store) {
    KVException thrown = catchThrowableOfType(KVException.class, () -> operation.accept(store));
    assertThat(thrown).isNotNull();
    assertThat(thrown).hasMessageNotContaining("secret");
    return thrown;
  }

  @Nested
  class NoConnection {
    @Test
    void read_refused_isUnavailableAndNamesTheUrl() throws Exception {
      URI nobody = refusing();
      try (RawStore store = RawStore.of(TestStores.trying(1, HttpSettings.DEFAULT, nobody))) {
        assertThat(thrownBy(TransportTest::read, store))
            .isExactlyInstanceOf(UnavailableException.class)
            .hasMessageContaining(nobody + "/v1/stores/s/keys/k");
      }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.kvstore.client.internal.store.TransportTest#writes")
    void write_refused_isNotDone(String name, Consumer<RawStore> write) throws Exception {
      try (RawStore store = RawStore.of(TestStores.trying(1, HttpSettings.DEFAULT, refusing()))) {
        assertThat(thrownBy(write, store)).isExactlyInstanceOf(UnavailableException.class);
      }
    }

    @Test
    void write_hostWithoutAddress_isNotDone() {
      URI unknown = URI.create("http://no-such-host.invalid");
      try (RawStore store = RawStore.of(TestStores.trying(1, HttpSettings.DEFAULT, unknown))) {
        assertThat(thrownBy(s -> s.delete("k", WriteOptions.DEFAULT), store))
            .isExactlyInstanceOf(UnavailableException.class);
      }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.kvstore.client.internal.store.TransportTest#writes")
    void write_noAnswerToConnecting_isNotDone(String name, Consumer<RawStore> write)
        throws Exception {
      HttpSettings settings = HttpSettings.DEFAULT.withConnectTimeout(Duration.ofMillis(200));
      try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          Backlog backlog = Backlog.fill(full);
          RawStore store = RawStore.of(TestStores.trying(1, settings, backlog.uri()))) {
        assertThat(thrownBy(write, store)).isExactlyInstanceOf(UnavailableException.class);
      }
    }

    private static URI refusing() throws IOException {
      try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return URI.create("http://127.0.0.1:" + closed.getLocalPort());
      }
    }
  }

  @Nested
  class Reads {
    @Test
    void read_exchangeBreaksOnce_isSentAgain() throws Exception {
      RawService.Script secondTime = (connection, number) -> {
        if (number == 1) {
          CUT_IN_THE_MIDDLE.answer(connection, number);
        } else {
          RawService.write(connection, ENTRY);
        }
      };
      try (RawService service = new RawService(secondTime);
          RawStore store = RawStore.of(TestStores.trying(2, HttpSettings.DEFAULT, service.uri()))) {
        assertThat(store.read("k")).isPresent();
        assertThat(service.requests).hasValue(2);
      }
    }

    @Test
    void read_exchangeKeepsBreaking_isUnavailableSoon() throws Exception {
      try (RawService service = new RawService(CUT_IN_THE_MIDDLE);
          RawStore store = RawStore.of(TestStores.trying(3, HttpSettings.DEFAULT, service.uri()))) {
        assertThat(thrownBy(TransportTest::read, store))
            .isExactlyInstanceOf(UnavailableException.class);
        assertThat(service.requests).hasValue(3);
      }
    }

    @Test
    void read_noAnswer_isUnavailableInTime() throws Exception {
      try (RawService service = new RawService(SILENT);
          RawStore store = service.store(SHORT)) {
        assertThat(thrownBy(TransportTest::read, store))
            .isExactlyInstanceOf(UnavailableException.class)
            .hasMessageContaining("in time");
        assertThat(service.requests).hasValue(1);
      }
    }

    @Test
    void read_answerThatNeverEnds_isUnavailableInTime() throws Exception {
      RawService.Script trickle = (connection, number) -> {
        connection
            .getOutputStream()
            .write(
                "HTTP/1.1 200 -\r\nContent-Length: 99\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        SILENT.answer(connection, number);
      };
      try (RawService service = new RawService(trickle);
          RawStore store = service.store(SHORT)) {
        assertThat(thrownBy(TransportTest::read, store))
            .isExactlyInstanceOf(UnavailableException.class)
            .hasMessageContaining("in time");
      }
    }

    @Test
    void read_answerLargerThanTheBound_isRefusedClearly() throws Exception {
      Reply large = Reply.bson(200, Bodies.entry("k", new BsonBinary(new byte[20_000])));
      try (ScriptedService service = ScriptedService.answering(large);
          RawStore store =
              RawStore.of(TestStores.of(service.uri(), HttpSettings.DEFAULT, 10_000))) {
        KVException thrown = thrownBy(TransportTest::read, store);
        assertThat(thrown.code()).isEqualTo(ErrorCode.UNSUPPORTED_SERVER);
        assertThat(thrown).hasMessageContaining("more than 10000 bytes");
        assertThat(service.requests).hasSize(1);
      }
    }

    @Test
    void read_notHttp_isUnavailable() throws Exception {
      RawService.Script gibberish = (connection, number) -> {
        connection
            .getOutputStream()
            .write("220 mail ready\r\n".getBytes(StandardCharsets.US_ASCII));
        connection.close();
      };
      try (RawService service = new RawService(gibberish);
          RawStore store = service.store()) {
        assertThat(thrownBy(TransportTest::read, store))
            .isExactlyInstanceOf(UnavailableException.class);
      }
    }
  }

  @Nested
  class Writes {
    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.kvstore.client.internal.store.TransportTest#writes")
    void write_alwaysCutBeforeTheAnswer_isUnknown(String name, Consumer<RawStore> write)
        throws Exception {
      assertUnknown(write, CUT);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.kvstore.client.internal.store.TransportTest#writes")
    void write_alwaysCutInTheAnswer_isUnknown(String name, Consumer<RawStore> write)
        throws Exception {
      assertUnknown(write, CUT_IN_THE_MIDDLE);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.kvstore.client.internal.store.TransportTest#writes")
    void write_noAnswer_isUnknown(String name, Consumer<RawStore> write) throws Exception {
      assertUnknown(write, SILENT);
    }

    private static void assertUnknown(Consumer<RawStore> write, RawService.Script script)
        throws Exception {
      try (RawService service = new RawService(script);
          RawStore store = service.store(SHORT)) {
        assertThat(thrownBy(write, store)).isExactlyInstanceOf(OutcomeUnknownException.class);
      }
    }

    @Test
    void increment_keptConnectionClosedMeanwhile_usesANewOne() throws Exception {
      RawService.Script closeAfterwards = (connection, number) -> {
        RawService.write(connection, ENTRY);
        connection.shutdownOutput();
        // Returns when the client has closed the connection, too.
        assertThat(connection.getInputStream().read()).isNegative();
        connection.close();
      };
      try (RawService service = new RawService(closeAfterwards);
          RawStore store = service.store()) {
        for (int i = 1; i <= 3; i++) {
          store.increment("k", 1, WriteOptions.DEFAULT);
          service.awaitConnectionClosed();
        }
        assertThat(service.connections).hasValue(3);
      }
    }

    @Test
    void writeMany_secondPartNotDone_isUnknown() throws Exception {
      RawValue large = Bodies.value(new BsonBinary(new byte[3 * 1024 * 1024]));
      AtomicReference<Reply> reply = new AtomicReference<>(Reply.bson(
          200, new BsonDocument("created", new BsonInt32(1)).append("replaced", new BsonInt32(0))));
      try (ScriptedService service = new ScriptedService(request ->
              reply.getAndSet(Reply.problem(503, "unavailable", ",\"outcome\":\"not-done\"")));
          RawStore store = service.store()) {
        Map<String, RawValue> values = Map.of("a", large, "b", large);
        assertThat(thrownBy(s -> s.writeMany(values, BatchOptions.DEFAULT), store))
            .isExactlyInstanceOf(OutcomeUnknownException.class)
            .hasMessageContaining("part of the batch");
      }
    }
  }

  @Nested
  class Interrupted {
    @Test
    void read_interrupted_endsAndKeepsTheFlag() throws Exception {
      assertThat(interrupted(TransportTest::read)).isExactlyInstanceOf(UnavailableException.class);
    }

    @Test
    void increment_interrupted_isUnknown() throws Exception {
      assertThat(interrupted(TransportTest::increment))
          .isExactlyInstanceOf(OutcomeUnknownException.class);
    }

    private static KVException interrupted(Consumer<RawStore> operation) throws Exception {
      CountDownLatch arrived = new CountDownLatch(1);
      RawService.Script silent = (connection, number) -> {
        arrived.countDown();
        SILENT.answer(connection, number);
      };
      ExecutorService caller = Executors.newSingleThreadExecutor();
      try (RawService service = new RawService(silent);
          RawStore store = service.store()) {
        AtomicReference<Thread> thread = new AtomicReference<>();
        Future<KVException> thrown = caller.submit(() -> {
          thread.set(Thread.currentThread());
          KVException e = thrownBy(operation, store);
          assertThat(Thread.interrupted()).isTrue();
          return e;
        });
        arrived.await();
        Objects.requireNonNull(thread.get()).interrupt();
        return thrown.get(10, TimeUnit.SECONDS);
      } finally {
        caller.shutdownNow();
      }
    }
  }

  @Nested
  class Closed {
    @Test
    void everyCall_afterClose_throwsClosed() throws Exception {
      try (ScriptedService service = ScriptedService.answering(ENTRY)) {
        RawStore store = service.store();
        store.read("k");
        store.close();
        store.close();
        assertThat(store.name()).isEqualTo("s");
        List<Consumer<RawStore>> calls = List.of(
            TransportTest::read,
            s -> s.readMany(List.of()),
            s -> s.readMany(List.of("k")),
            s -> s.scan(KeyRange.ALL, 1),
            s -> s.scanMetadata(KeyRange.ALL, 1),
            s -> s.scanKeys(KeyRange.ALL, 1),
            s -> s.writeMany(Map.of(), BatchOptions.DEFAULT));
        for (Consumer<RawStore> call : calls) {
          assertThat(thrownBy(call, store).code()).isEqualTo(ErrorCode.CLOSED);
        }
        assertThat(store.name()).isEqualTo("s");
        assertThat(service.requests).hasSize(1);
      }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.kvstore.client.internal.store.TransportTest#writes")
    void write_afterClose_throwsClosed(String name, Consumer<RawStore> write) {
      try (ScriptedService service = ScriptedService.answering(ENTRY)) {
        RawStore store = service.store();
        store.close();
        assertThat(thrownBy(write, store).code()).isEqualTo(ErrorCode.CLOSED);
        assertThat(service.requests).isEmpty();
      }
    }

    @Test
    void close_whileACallIsUnderWay_doesNotWaitForIt() throws Exception {
      CountDownLatch arrived = new CountDownLatch(1);
      CountDownLatch answered = new CountDownLatch(1);
      RawService.Script late = (connection, number) -> {
        arrived.countDown();
        answered.await();
        RawService.write(connection, ENTRY);
      };
      ExecutorService caller = Executors.newSingleThreadExecutor();
      try (RawService service = new RawService(late)) {
        RawStore store = service.store();
        Future<Boolean> found = caller.submit(() -> store.read("k").isPresent());
        arrived.await();
        store.close();
        answered.countDown();
        assertThat(found.get(10, TimeUnit.SECONDS)).isTrue();
      } finally {
        caller.shutdownNow();
      }
    }

    @Test
    void threads_areDaemons() throws Exception {
      try (ScriptedService service = ScriptedService.answering(ENTRY);
          RawStore store = service.store()) {
        store.read("k");
        assertThat(Thread.getAllStackTraces().keySet())
            .filteredOn(thread -> thread.getName().startsWith("HttpClient-"))
            .isNotEmpty()
            .allMatch(Thread::isDaemon);
      }
    }
  }
}
