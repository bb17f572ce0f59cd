package dev.kvstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.InvalidInputException;
import dev.kvstore.KVStore;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.client.testing.Bodies;
import dev.kvstore.client.testing.RecordingService;
import dev.kvstore.client.testing.Reply;
import dev.kvstore.client.testing.ScriptedService;
import java.net.URI;
import java.time.Duration;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;

class HttpKVStoreTest {
  record Pool(String host, int size) {}

  @Test
  void open_typedValues_goBothWays() {
    BsonDocument pool =
        new BsonDocument("host", new BsonString("db")).append("size", new BsonInt32(4));
    try (ScriptedService service = new ScriptedService(request -> Reply.bson(
            200,
            request.method().equals("GET")
                ? Bodies.entry("pool", pool)
                : Bodies.metadata("pool")));
        KVStore store =
            HttpKVStore.open(service.uri(), "s", HttpSettings.DEFAULT.withoutNearCache())) {
      assertThat(store.name()).isEqualTo("s");
      assertThat(store.set("pool", new Pool("db", 4)).etag()).isEqualTo("e7");
      assertThat(service.onlyRequest().body()).isEqualTo(new BsonDocument("value", pool));
      assertThat(store.get("pool", Pool.class)).isEqualTo(new Pool("db", 4));
      assertThatThrownBy(() -> store.get("pool", Integer.class))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining("pool");
    }
  }

  @Test
  void setDefault_readsFirst_andWritesOnlyWhereNothingIsStored() {
    try (RecordingService service = new RecordingService();
        KVStore store =
            HttpKVStore.open(service.uri(), "s", HttpSettings.DEFAULT.withoutNearCache())) {
      assertThat(store.setDefault("k", 2L)).isEqualTo(1L);
      assertThat(store.setDefault("x", 2)).isEqualTo(2);
      assertThat(service.requests())
          .containsExactly(
              "GET /v1/stores/s/keys/k", "GET /v1/stores/s/keys/x", "PUT /v1/stores/s/keys/x");
    }
  }

  @Test
  void open_serviceThatIsDown_succeeds() {
    HttpSettings settings = HttpSettings.DEFAULT.withRequestTimeout(Duration.ofSeconds(1));
    try (KVStore store = HttpKVStore.open(URI.create("http://127.0.0.1:1"), "s", settings)) {
      assertThat(store.name()).isEqualTo("s");
    }
  }

  @Test
  void open_badStoreName_isRefused() {
    assertThatThrownBy(() -> HttpKVStore.open(URI.create("http://127.0.0.1"), "1s"))
        .isInstanceOf(InvalidInputException.class);
  }
}
