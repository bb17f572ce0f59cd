package dev.kvstore.http.api.events;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.DropOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.http.TestService;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.FeedSubscription;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests event streams of a database whose feed is controlled by the test. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventOpeningTest {
  private static final String EVENTS = "/v1/stores/app/events";
  private static final String ID = "0000000000000005";

  private final Scripted database = new Scripted();

  private static final class Scripted implements EntryDatabase {
    final CompletableFuture<ChangeSink> sink = new CompletableFuture<>();
    final CompletableFuture<Boolean> closed = new CompletableFuture<>();

    @Override
    public EntryStore store(String name) {
      return (EntryStore) Proxy.newProxyInstance(
          EntryStore.class.getClassLoader(),
          new Class<?>[] {EntryStore.class},
          (proxy, method, arguments) -> {
            if (method.getName().equals("syncToken")) {
              return SyncToken.START;
            }
            if (!method.getName().equals("subscribe")) {
              throw new UnsupportedOperationException(method.getName());
            }
            sink.complete((ChangeSink) arguments[0]);
            return (FeedSubscription) () -> closed.complete(true);
          });
    }

    @Override
    public List<String> storeNames() {
      return List.of();
    }

    @Override
    public boolean drop(String name, DropOptions options) {
      return false;
    }

    @Override
    public void ping() {}

    @Override
    public void close() {}
  }

  private TestService start(Duration openingTimeout) {
    return TestService.start(
        database,
        with(
            ServerSettings.DEFAULT,
            "events",
            new EventSettings(1, 10, Duration.ofMillis(50), openingTimeout, 1)));
  }

  @Test
  void resume_notKnownInTime_isUnavailable() throws Exception {
    try (TestService service = start(Duration.ofMillis(200));
        EventReader reader = EventReader.resume(service, EVENTS, ID)) {
      assertThat(reader.status()).isEqualTo(503);
      assertThat(reader.headers()).containsKeys("Retry-After", "X-Request-Id");
      assertThat(reader.problemCode()).isEqualTo("unavailable");
      assertThat(database.closed.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void resume_isAnsweredWhenThePlaceIsKnown() throws Exception {
    try (TestService service = start(Duration.ofMinutes(1))) {
      CompletableFuture<EventReader> opening = CompletableFuture.supplyAsync(
          () -> EventReader.resume(service, EVENTS, ID), task -> new Thread(task).start());
      ChangeSink sink = database.sink.get(20, TimeUnit.SECONDS);
      assertThat(opening).isNotDone();
      sink.positioned(5);
      try (EventReader reader = opening.get(20, TimeUnit.SECONDS)) {
        assertThat(reader.status()).isEqualTo(200);
        assertThat(reader.next().id()).isEqualTo(ID);
      }
    }
  }

  @Test
  void stream_isOpenedBeforeThePlaceIsKnown() throws Exception {
    try (TestService service = start(Duration.ofMillis(1));
        EventReader reader = EventReader.open(service, EVENTS)) {
      assertThat(reader.status()).isEqualTo(200);
      assertThat(reader.line()).isEqualTo(":");
      database.sink.get().positioned(5);

      assertThat(reader.next().type()).isEqualTo("ready");
    }
  }

  @Test
  void missed_isAReset_andReadyComesWhenItIsPositioned() throws Exception {
    try (TestService service = start(Duration.ofMillis(1));
        EventReader reader = EventReader.open(service, EVENTS)) {
      ChangeSink sink = database.sink.get();
      sink.positioned(5);
      assertThat(reader.next().type()).isEqualTo("ready");
      sink.missed();
      assertThat(reader.next().type()).isEqualTo("reset");
      sink.positioned(8);

      assertThat(reader.next().id()).isEqualTo("0000000000000008");
    }
  }

  @Test
  void withoutPositions_thereAreNoIds() throws IOException {
    try (TestService service = start(Duration.ofMillis(1));
        EventReader reader = EventReader.open(service, EVENTS)) {
      database.sink.join().positioned(0);

      assertThat(reader.next().id()).isNull();
      assertThat(reader.line() + reader.line()).isEqualTo(":");
    }
  }

  @Test
  void stop_whileItOpens_isUnavailable() throws Exception {
    try (TestService service = start(Duration.ofMinutes(1))) {
      CompletableFuture<EventReader> opening = CompletableFuture.supplyAsync(
          () -> EventReader.resume(service, EVENTS, ID), task -> new Thread(task).start());
      database.sink.get(20, TimeUnit.SECONDS);
      service.server().close();

      assertThat(database.closed.get(20, TimeUnit.SECONDS)).isTrue();
      assertThat(opening.get(20, TimeUnit.SECONDS).status()).isEqualTo(503);
    }
  }
}
