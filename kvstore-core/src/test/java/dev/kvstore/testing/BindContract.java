package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.kvstore.BindOptions;
import dev.kvstore.BindingFailedException;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVBinding;
import dev.kvstore.KVDefault;
import dev.kvstore.KVName;
import dev.kvstore.KVProblem;
import dev.kvstore.Validators;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

interface BindContract extends StoreFixture {
  /** Enough for a store that is polled every few seconds. */
  Duration SOON = Duration.ofSeconds(30);

  record Tls(String certificate, Optional<String> authority) {}

  record Http(
      int port,
      @KVName("max-retries") @KVDefault("3") int maxRetries,
      @KVDefault("[\"localhost\"]") List<String> hosts,
      @KVDefault("5s") Duration timeout,
      Optional<Tls> tls) {}

  @Test
  default void bind_readsKeysDefaultsAndNestedRecords() {
    store()
        .setMany(Map.of(
            "http.port",
            8080,
            "http.max-retries",
            5,
            "http.tls.certificate",
            "cert.pem",
            "httpx.port",
            "another's"));
    try (KVBinding<Http> http = store().bind("http", Http.class)) {
      assertThat(http.current())
          .isEqualTo(new Http(
              8080,
              5,
              List.of("localhost"),
              Duration.ofSeconds(5),
              Optional.of(new Tls("cert.pem", Optional.empty()))));
    }
  }

  @Test
  default void bind_document_isFilledUpAndOverriddenByKeys() {
    store().set("http", Map.of("port", 1, "tls", Map.of("certificate", "a", "authority", "b")));
    store().set("http.port", 2);
    store().set("http.tls.authority", "c");
    try (KVBinding<Http> http = store().bind("http", Http.class)) {
      assertThat(http.current().port()).isEqualTo(2);
      assertThat(http.current().tls()).contains(new Tls("a", Optional.of("c")));
    }
  }

  @Test
  default void bind_followsChanges_andKeepsTheLastGoodObject() {
    store().set("http.port", 1);
    List<String> told = new CopyOnWriteArrayList<>();
    try (KVBinding<Http> http = store().bind("http", Http.class)) {
      http.onChange((previous, current) -> told.add(previous.port() + " -> " + current.port()));
      store().set("http.port", 2);
      await().atMost(SOON).untilAsserted(() -> assertThat(told).containsExactly("1 -> 2"));

      store().set("http.port", "no number");
      await()
          .atMost(SOON)
          .untilAsserted(() -> assertThat(http.problems())
              .extracting(KVProblem::key, KVProblem::code)
              .containsExactly(tuple("http.port", ErrorCode.TYPE_MISMATCH)));
      assertThat(http.current().port()).isEqualTo(2);

      store().set("http.port", 3);
      await().atMost(SOON).untilAsserted(() -> assertThat(http.current().port()).isEqualTo(3));
      assertThat(http.problems()).isEmpty();
      await().atMost(SOON).untilAsserted(() -> assertThat(told).endsWith("2 -> 3"));
    }
  }

  @Test
  default void bind_whatIsWrong_isToldAtOnceWithItsKeys() {
    store().setMany(Map.of("http.max-retries", 1.5, "http.tls.authority", 7));
    assertThatThrownBy(() -> store()
            .bind(
                "http",
                Http.class,
                BindOptions.<Http>none()
                    .validatedBy("timeout", Duration.class, Validators.that(t -> false, "is bad"))))
        .isInstanceOfSatisfying(
            BindingFailedException.class,
            e -> assertThat(e.problems())
                .extracting(problem -> problem.key() + " " + problem.code())
                .containsExactly(
                    "http.port KEY_NOT_FOUND",
                    "http.max-retries TYPE_MISMATCH",
                    "http.timeout VALIDATION_FAILED",
                    "http.tls.certificate KEY_NOT_FOUND",
                    "http.tls.authority TYPE_MISMATCH"));
  }
}
