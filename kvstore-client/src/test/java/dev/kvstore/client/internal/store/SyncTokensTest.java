package dev.kvstore.client.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.WriteOptions;
import dev.kvstore.client.testing.Bodies;
import dev.kvstore.client.testing.Reply;
import dev.kvstore.client.testing.Request;
import dev.kvstore.client.testing.ScriptedService;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.util.List;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the demanded and the reported freshness of responses. */
class SyncTokensTest {
  private static final String SEVEN = "0000000000000007";
  private static final String NINE = "0000000000000009";

  private static Reply entry() {
    return Reply.bson(200, Bodies.entry("k", new BsonInt32(1)));
  }

  private static List<String> tokens(Request request) {
    List<String> tokens = request.headers().get("Sync-Token");
    return tokens == null ? List.of() : tokens;
  }

  private static Request last(ScriptedService service) {
    return service.requests.get(service.requests.size() - 1);
  }

  @Test
  void token_thatWasSeen_isDemandedFromThenOn() {
    try (ScriptedService service = ScriptedService.answering(entry().with("Sync-Token", SEVEN));
        RawStore store = service.store()) {
      assertThat(store.syncToken()).isEqualTo(SyncToken.START);
      store.read("k");
      assertThat(tokens(last(service))).isEmpty();
      assertThat(store.syncToken()).isEqualTo(new SyncToken(7));
      store.setDefault(new Write("k", Bodies.value(new BsonInt32(1)), WriteOptions.DEFAULT));

      assertThat(tokens(last(service))).containsExactly(SEVEN);
    }
  }

  @Test
  void token_neverGoesBack() {
    try (ScriptedService service = new ScriptedService(
            request -> entry().with("Sync-Token", request.uri().contains("new") ? NINE : SEVEN));
        RawStore store = service.store()) {
      assertThatExceptionOfType(KVException.class).isThrownBy(() -> store.read("new"));
      store.read("k");

      assertThat(store.syncToken()).isEqualTo(new SyncToken(9));
    }
  }

  private static Stream<Reads> reads() {
    return Stream.of(
        (store, options) -> store.read("k", options),
        (store, options) -> store.readMany(List.of("k"), options),
        (store, options) -> store.scan(KeyRange.ALL, 1, options),
        (store, options) -> store.scanKeys(KeyRange.ALL, 1, options),
        (store, options) -> store.scanMetadata(KeyRange.ALL, 1, options));
  }

  private interface Reads {
    void read(RawStore store, ReadOptions options);
  }

  @ParameterizedTest
  @MethodSource("reads")
  void demand_isSent(Reads read) {
    try (ScriptedService service = ScriptedService.answering(Reply.empty(404));
        RawStore store = service.store()) {
      assertThatExceptionOfType(KVException.class)
          .isThrownBy(() -> read.read(store, ReadOptions.DEFAULT));
      assertThat(last(service).headers()).doesNotContainKeys("Sync-token", "Cache-control");
      ReadOptions options = ReadOptions.atLeast(new SyncToken(9)).bypassingCache();
      assertThatExceptionOfType(KVException.class).isThrownBy(() -> read.read(store, options));

      assertThat(tokens(last(service))).containsExactly(NINE);
      assertThat(last(service).headers().get("Cache-Control")).containsExactly("no-cache");
    }
  }

  /** The service echoes the demanded token, and refuses one of another database. */
  @Test
  void token_thatIsRefused_wasNotSeen() {
    try (ScriptedService service =
            ScriptedService.answering(Reply.empty(400).with("Sync-Token", NINE));
        RawStore store = service.store()) {
      assertThatExceptionOfType(KVException.class)
          .isThrownBy(() -> store.read("k", ReadOptions.atLeast(new SyncToken(9))));

      assertThat(store.syncToken()).isEqualTo(SyncToken.START);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "8000000000000000", "7", ""})
  void token_thatIsNone_isOverlooked(String token) {
    try (ScriptedService service = ScriptedService.answering(entry().with("Sync-Token", token));
        RawStore store = service.store()) {
      assertThat(store.read("k")).isPresent();
      assertThat(store.syncToken()).isEqualTo(SyncToken.START);
    }
  }

  @Test
  void setDefault_withoutPositions_goesByTheDatabase() {
    try (ScriptedService service = ScriptedService.answering(entry());
        RawStore store = service.store()) {
      store.setDefault(new Write("k", Bodies.value(new BsonInt32(1)), WriteOptions.DEFAULT));

      assertThat(last(service).headers().get("Cache-Control")).containsExactly("no-cache");
    }
  }

  @Test
  void answerThatIsStale_isMarked() {
    assertThat(stale(null)).isFalse();
    assertThat(stale("12")).isTrue();
  }

  private static boolean stale(@Nullable String seconds) {
    Reply one = entry();
    Reply many = Reply.bson(
        200,
        new BsonDocument("items", new BsonArray(List.of(Bodies.entry("k", new BsonInt32(1))))));
    try (ScriptedService service = new ScriptedService(request -> {
          Reply reply = request.uri().contains("/keys/") ? one : many;
          return seconds == null ? reply : reply.with("KV-Stale", seconds);
        });
        RawStore store = service.store()) {
      KVEntry<RawValue> alone = store.read("k").orElseThrow();
      List<KVEntry<RawValue>> among = store.readMany(List.of("k"));
      assertThat(among).hasSize(1).allMatch(entry -> entry.stale() == alone.stale());
      return alone.stale();
    }
  }
}
