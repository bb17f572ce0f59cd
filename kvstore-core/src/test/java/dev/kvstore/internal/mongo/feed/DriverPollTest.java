package dev.kvstore.internal.mongo.feed;

import static dev.kvstore.internal.mongo.RawValues.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.internal.mongo.MongoStoreFixture;
import dev.kvstore.internal.mongo.feed.VersionPoll.Version;
import dev.kvstore.spi.Interest;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DriverPollTest extends MongoStoreFixture {
  private Map<String, Version> find(Interest interest) {
    return new DriverPoll(server.client().getDatabase(server.database()), Duration.ofMinutes(1))
        .find("settings", interest);
  }

  @Test
  void find_moreKeysThanFitIntoACommand_findsThoseThatAreThere() {
    String longest = "k".repeat(500);
    Set<String> keys = IntStream.range(0, 50_000)
        .mapToObj(i -> longest + "%05d".formatted(i))
        .collect(Collectors.toSet());
    for (int i : new int[] {0, 19_999, 20_000, 45_000}) {
      set(longest + "%05d".formatted(i), text("x"));
    }
    set("ui.theme", text("x"));
    set("other", text("x"), ttl(5));

    assertThat(find(new Interest(keys, Set.of("ui.")))).hasSize(5).containsKey("ui.theme");
  }

  @Test
  void find_tellsVersionsEtagsAndExpiries() {
    set("a", text("x"));
    String etag = set("a", text("y"), ttl(5)).etag();

    assertThat(find(Interest.key("a")))
        .isEqualTo(Map.of("a", new Version(2, etag, clock.instant().plusSeconds(5))));
    assertThat(find(Interest.key("b"))).isEmpty();
  }
}
