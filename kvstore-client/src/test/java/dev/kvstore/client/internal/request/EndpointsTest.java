package dev.kvstore.client.internal.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EndpointsTest {
  private static final Endpoint A = new Endpoint("http://a");
  private static final Endpoint B = new Endpoint("http://b");
  private static final Endpoint C = new Endpoint("http://c");

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

  private Endpoints of(String... services) {
    return new Endpoints(Stream.of(services).map(URI::create).toList(), now::get);
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void choose_nothingFailed_staysWithTheFirst() {
    Endpoints endpoints = of("http://a", "http://b");
    assertThat(endpoints.choose()).isEqualTo(A);
    endpoints.worked(A);
    assertThat(endpoints.choose()).isEqualTo(A);
  }

  @Test
  void choose_oneFailed_staysWithTheNextEvenWhenTheFirstIsBack() {
    Endpoints endpoints = of("http://a", "http://b");
    endpoints.failed(A);
    assertThat(endpoints.choose()).isEqualTo(B);
    pass(Endpoints.REST);
    endpoints.worked(A);
    assertThat(endpoints.choose()).isEqualTo(B);
  }

  @Test
  void choose_nextFailed_leavesOutWhatFailedLately() {
    Endpoints endpoints = of("http://a", "http://b", "http://c");
    endpoints.failed(A);
    assertThat(endpoints.choose()).isEqualTo(B);
    pass(Duration.ofMillis(1));
    endpoints.failed(C);
    pass(Duration.ofMillis(1));
    endpoints.failed(B);
    assertThat(endpoints.choose()).as("the one that failed first").isEqualTo(A);
  }

  @Test
  void choose_failedOneHasRested_isAskedAgain() {
    Endpoints endpoints = of("http://a", "http://b", "http://c");
    endpoints.failed(A);
    assertThat(endpoints.choose()).isEqualTo(B);
    pass(Endpoints.REST);
    endpoints.failed(B);
    endpoints.failed(C);
    assertThat(endpoints.choose()).isEqualTo(A);
  }

  @Test
  void choose_allFailed_takesTurns() {
    Endpoints endpoints = of("http://a", "http://b");
    for (Endpoint expected : List.of(A, B, A, B)) {
      Endpoint chosen = endpoints.choose();
      assertThat(chosen).isEqualTo(expected);
      endpoints.failed(chosen);
      pass(Duration.ofMillis(1));
    }
  }

  @Test
  void of_sameAddressTwice_isOne() {
    assertThat(of("http://a", "http://a/").size()).isEqualTo(1);
  }

  @Test
  void of_none_isRefused() {
    assertThatThrownBy(this::of)
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER));
  }
}
