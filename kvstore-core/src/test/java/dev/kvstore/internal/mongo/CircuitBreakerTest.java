package dev.kvstore.internal.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoSocketReadException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.ServerAddress;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.kvstore.UnavailableException;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.testing.RawStore;
import dev.kvstore.testing.WireServer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CircuitBreakerTest {
  private static final long LONG = Duration.ofMinutes(1).toMillis();

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger probes = new AtomicInteger();
  private final AtomicBoolean down = new AtomicBoolean();
  private final CircuitBreaker breaker =
      new CircuitBreaker(nanos::get, 2, Duration.ofMillis(200), this::probe);

  private void probe() {
    probes.incrementAndGet();
    if (down.get()) {
      throw new MongoTimeoutException("down");
    }
  }

  private void admit() {
    breaker.admit(LONG);
  }

  private void timeOut() {
    timeOut(breaker);
  }

  private void timeOut(CircuitBreaker of) {
    assertThatThrownBy(() -> of.call(true, () -> {
          nanos.addAndGet(1_000_000);
          throw new MongoTimeoutException("no answer");
        }))
        .isInstanceOf(MongoTimeoutException.class);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void timeOut_opens_andOneProbeATimeIsSent() {
    down.set(true);
    timeOut();
    assertThatThrownBy(this::admit).isExactlyInstanceOf(MongoTimeoutException.class);
    assertThatThrownBy(this::admit).isInstanceOf(CircuitBreaker.Refusal.class);
    assertThat(probes).hasValue(1);
    pass(Duration.ofMillis(500));
    assertThatThrownBy(this::admit).isExactlyInstanceOf(MongoTimeoutException.class);
    assertThat(probes).hasValue(2);
  }

  @Test
  void laterProbe_underWay_refusesTheOthers() {
    AtomicInteger refused = new AtomicInteger();
    CircuitBreaker[] self = new CircuitBreaker[1];
    self[0] = new CircuitBreaker(nanos::get, 2, Duration.ofMinutes(1), () -> {
      if (probes.getAndIncrement() == 0) {
        throw new MongoTimeoutException("down");
      }
      assertThatThrownBy(() -> self[0].admit(LONG)).isInstanceOf(CircuitBreaker.Refusal.class);
      refused.incrementAndGet();
    });
    timeOut(self[0]);
    assertThatThrownBy(() -> self[0].admit(LONG)).isExactlyInstanceOf(MongoTimeoutException.class);
    pass(Duration.ofMillis(500));
    self[0].admit(LONG);
    self[0].admit(LONG);
    assertThat(refused).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void firstProbe_underWay_isAwaitedByTheOthers(boolean answered) throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    CircuitBreaker slow = new CircuitBreaker(System::nanoTime, 2, Duration.ofMinutes(1), () -> {
      probes.incrementAndGet();
      hang(new AtomicInteger(), answer);
      if (!answered) {
        throw new MongoTimeoutException("down");
      }
    });
    timeOut(slow);
    FutureTask<Boolean> one = new FutureTask<>(() -> isAdmitted(slow));
    FutureTask<Boolean> other = new FutureTask<>(() -> isAdmitted(slow));
    new Thread(one).start();
    await().until(() -> probes.get() == 1);
    Thread waiting = new Thread(other);
    waiting.start();
    await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
    answer.countDown();
    assertThat(one.get()).isEqualTo(answered);
    assertThat(other.get()).isEqualTo(answered);
    assertThat(probes).hasValue(1);
  }

  private static boolean isAdmitted(CircuitBreaker breaker) {
    try {
      breaker.admit(LONG);
      return true;
    } catch (MongoTimeoutException e) {
      return false;
    }
  }

  @Test
  void firstProbe_underWay_isAwaitedNoLongerThanTheCallerHas() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    CircuitBreaker slow =
        new CircuitBreaker(System::nanoTime, 2, Duration.ofDays(1), () -> hang(probes, answer));
    timeOut(slow);
    FutureTask<Boolean> one = new FutureTask<>(() -> isAdmitted(slow));
    new Thread(one).start();
    await().until(() -> probes.get() == 1);
    assertThatThrownBy(() -> slow.admit(1)).isInstanceOf(CircuitBreaker.Refusal.class);
    answer.countDown();
    assertThat(one.get()).isTrue();
  }

  @Test
  void firstProbe_interrupted_isSentByOneThatWaits() throws Exception {
    CircuitBreaker well = new CircuitBreaker(System::nanoTime, 2, Duration.ofMinutes(1), () -> {
      if (probes.incrementAndGet() == 1) {
        hang(new AtomicInteger(), new CountDownLatch(1));
        throw new MongoInterruptedException("interrupted", new InterruptedException());
      }
    });
    timeOut(well);
    FutureTask<Boolean> one = new FutureTask<>(() -> isAdmitted(well));
    FutureTask<Boolean> other = new FutureTask<>(() -> isAdmitted(well));
    Thread probing = new Thread(one);
    probing.start();
    await().until(() -> probes.get() == 1);
    Thread waiting = new Thread(other);
    waiting.start();
    await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
    probing.interrupt();
    assertThat(other.get()).isTrue();
    assertThatThrownBy(one::get).hasCauseInstanceOf(MongoInterruptedException.class);
    assertThat(probes).hasValue(2);
  }

  @Test
  void timeOut_ofACallWithLittleTime_doesNotOpen() {
    assertThatThrownBy(() -> breaker.call(false, () -> {
          throw new MongoTimeoutException("no answer");
        }))
        .isInstanceOf(MongoTimeoutException.class);
    admit();
    assertThat(probes).hasValue(0);
  }

  @Test
  void probe_answered_closes() {
    timeOut();
    admit();
    admit();
    assertThat(probes).hasValue(1);
  }

  @Test
  void answer_toAnyCall_closes() {
    timeOut();
    assertThat(breaker.<Integer>call(true, () -> 1)).isEqualTo(1);
    admit();
    assertThat(probes).hasValue(0);
  }

  @Test
  void timeOut_whileOthersAreAnswered_doesNotOpen() {
    assertThatThrownBy(() -> breaker.call(true, () -> {
          pass(Duration.ofMillis(1));
          breaker.<Integer>call(true, () -> 1);
          throw new MongoTimeoutException("a slow one");
        }))
        .isInstanceOf(MongoTimeoutException.class);
    admit();
    assertThat(probes).hasValue(0);
  }

  @Test
  void failure_atOnce_doesNotOpen() {
    assertThatThrownBy(() -> breaker.call(true, () -> {
          throw new MongoSocketReadException("reset", new ServerAddress());
        }))
        .isInstanceOf(MongoException.class);
    admit();
    assertThat(probes).hasValue(0);
  }

  @Test
  void manyCalls_noneAnswered_theExcessIsRefused_untilOneIs() throws Exception {
    CircuitBreaker real =
        new CircuitBreaker(System::nanoTime, 2, Duration.ofMillis(200), this::probe);
    CountDownLatch answer = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    ExecutorService callers = Executors.newCachedThreadPool();
    try {
      Future<?> one = callers.submit(() -> real.call(true, () -> hang(running, answer)));
      Future<?> other = callers.submit(() -> real.call(true, () -> hang(running, answer)));
      await().until(() -> running.get() == 2);
      assertThatThrownBy(() -> real.call(true, () -> 3)).isInstanceOf(CircuitBreaker.Refusal.class);
      answer.countDown();
      one.get();
      other.get();
      assertThat(real.<Integer>call(true, () -> 4)).isEqualTo(4);
    } finally {
      callers.shutdownNow();
    }
  }

  private static int hang(AtomicInteger running, CountDownLatch answer) {
    running.incrementAndGet();
    try {
      answer.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  @Test
  void reads_ofADatabaseThatHangs_areRefusedAtOnce_andServedWhenItIsBack() {
    AtomicBoolean silent = new AtomicBoolean();
    AtomicInteger finds = new AtomicInteger();
    WireServer.Commands commands = command -> {
      if (command.containsKey("find")) {
        finds.incrementAndGet();
      }
      return silent.get()
          ? WireServer.SILENCE
          : BsonDocument.parse(
              "{ok: 1, cursor: {id: {$numberLong: '0'}, ns: 'rec.s', firstBatch: []}}");
    };
    MongoSettings settings =
        MongoSettings.DEFAULT.withoutNearCache().withTimeout(Duration.ofMillis(700));
    try (WireServer server = new WireServer(commands);
        MongoClient client = MongoClients.create(server.uri());
        MongoEntryDatabase database = MongoEntryDatabase.open(client, "rec", settings)) {
      RawStore store = RawStore.of(database.store("s"));
      assertThat(store.read("k")).isEmpty();
      silent.set(true);
      assertThatThrownBy(() -> store.read("k")).isInstanceOf(UnavailableException.class);
      int asked = finds.get();
      for (int i = 0; i < 100; i++) {
        assertThatThrownBy(() -> store.read("k")).isExactlyInstanceOf(UnavailableException.class);
      }
      assertThat(finds).hasValue(asked);
      silent.set(false);
      await().untilAsserted(() -> assertThatCode(() -> store.read("k")).doesNotThrowAnyException());
    }
  }
}
