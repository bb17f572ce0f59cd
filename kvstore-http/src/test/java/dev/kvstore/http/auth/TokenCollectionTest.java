package dev.kvstore.http.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoCollection;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.internal.mongo.MongoEntryDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.testing.ManualClock;
import dev.kvstore.testing.MongoTestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TokenCollectionTest {
  private final ManualClock clock = new ManualClock();
  private final MongoTestServer mongo = MongoTestServer.start();
  private final MongoEntryDatabase database = open();
  private final TokenCollection tokens = collection(database);

  private MongoEntryDatabase open() {
    return MongoEntryDatabase.open(
        mongo.connectionString(), MongoSettings.DEFAULT.withClock(clock));
  }

  private TokenCollection collection(MongoEntryDatabase from) {
    return new TokenCollection(from.internalStore("tokens"), from.internalStore("nodes"), clock);
  }

  @AfterEach
  void close() {
    database.close();
    mongo.close();
  }

  private Token token(String name, String secret, @Nullable Duration ttl) {
    return new Token(
        name,
        Role.READ,
        new Limits(List.of("app"), List.of("ui.")),
        TokenSecret.hash(secret),
        clock.instant(),
        ttl == null ? null : clock.instant().plus(ttl));
  }

  private MongoCollection<Document> stored() {
    return mongo.client().getDatabase(mongo.database()).getCollection("_tokens");
  }

  @Test
  void nothing_meansNotConfigured() {
    assertThat(tokens.load().configured()).isFalse();
    assertThat(tokens.remove("ci")).isFalse();
    assertThat(tokens.load().configured()).isFalse();
  }

  @Test
  void whatOneNodeAdds_anotherFinds_untilItIsRemoved() {
    tokens.add(token("ci", "secret", null));
    try (MongoEntryDatabase other = open()) {
      Token found = Objects.requireNonNull(collection(other).load().find("secret"));
      assertThat(found.name()).isEqualTo("ci");
      assertThat(found.role()).isEqualTo(Role.READ);
      assertThat(found.limits()).isEqualTo(new Limits(List.of("app"), List.of("ui.")));

      assertThat(tokens.remove("ci")).isTrue();
      assertThat(collection(other).load().find("secret")).isNull();
      assertThat(collection(other).load().configured()).isTrue();
    }
  }

  @Test
  void nameThatIsTaken_isRefused_untilItHasExpired() {
    tokens.add(token("ci", "first", Duration.ofDays(1)));

    assertThatThrownBy(() -> tokens.add(token("ci", "second", null)))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    clock.advance(Duration.ofDays(1));
    assertThat(tokens.load().find("first")).isNull();
    tokens.add(token("ci", "second", null));
    assertThat(tokens.load().find("second")).isNotNull();
  }

  @Test
  void database_neverHasTheSecret_norShowsTheStore() {
    tokens.add(token("ci", "a secret of some length", null));

    assertThat(stored().find().into(new ArrayList<>()).toString())
        .contains(TokenSecret.hash("a secret of some length"))
        .doesNotContain("a secret of some length");
    assertThat(database.storeNames()).isEmpty();
    assertThatThrownBy(() -> database.store("_tokens")).isInstanceOf(KVException.class);
  }

  @Test
  void tokenThatIsNotUnderstood_letsNobodyIn_andKeepsNobodyOut() {
    tokens.add(token("good", "good", null));
    tokens.add(token("bad", "bad", null));
    stored()
        .updateOne(
            new Document("_id", "bad"), new Document("$unset", new Document("value.prefixes", "")));

    assertThat(tokens.load().find("good")).isNotNull();
    assertThat(tokens.load().find("bad")).isNull();
    stored()
        .updateOne(
            new Document("_id", "bad"),
            new Document("$set", new Document("value.prefixes", List.of()).append("value.x", 1)));
    assertThat(tokens.load().find("bad")).isNull();
  }

  @Test
  void node_isSeen_untilItLeaves() {
    tokens.acknowledge(tokens.load());
    try (MongoEntryDatabase other = open()) {
      TokenCollection command = collection(other);
      assertThat(command.acknowledged()).containsExactly(Tokens.NOT_CONFIGURED.fingerprint());

      command.add(token("ci", "secret", null));
      assertThat(command.acknowledged()).doesNotContain(command.load().fingerprint());
      tokens.acknowledge(tokens.load());
      assertThat(command.acknowledged()).containsExactly(command.load().fingerprint());

      tokens.leave();
      assertThat(command.acknowledged()).isEmpty();
      assertThat(database.storeNames()).isEmpty();
    }
  }

  @Test
  void node_thatWasKilled_isForgotten() {
    tokens.acknowledge(tokens.load());
    clock.advance(Duration.ofMinutes(1));

    assertThat(tokens.acknowledged()).isEmpty();
  }

  @Test
  void change_isSignalled_andTheSignalIsLive() {
    AtomicInteger signals = new AtomicInteger();
    try (MongoEntryDatabase other = open();
        TokenStorage.ChangeSignal signal = collection(other).onChange(signals::incrementAndGet)) {
      Awaitility.await().until(signal::isLive);
      int before = signals.get();
      tokens.add(token("ci", "secret", null));
      Awaitility.await().until(() -> signals.get() > before);
    }
  }
}
