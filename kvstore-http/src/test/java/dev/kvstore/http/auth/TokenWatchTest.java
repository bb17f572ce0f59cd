package dev.kvstore.http.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.UnavailableException;
import dev.kvstore.http.AuditLines;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TokenWatchTest {
  private final AtomicLong time = new AtomicLong();
  private volatile Supplier<Tokens> source = () -> Tokens.NOT_CONFIGURED;

  private final Tokens one = Tokens.of(
      List.of(new Token("ci", Role.READ, Limits.NONE, TokenSecret.hash("x"), null, null)));

  private final AtomicInteger loads = new AtomicInteger();
  private volatile @Nullable Runnable onChange;
  private volatile boolean live;
  private volatile boolean signals;
  private volatile boolean broken;
  private final AtomicInteger looks = new AtomicInteger();

  private final List<String> told = new CopyOnWriteArrayList<>();

  private final TokenStorage storage = new TokenStorage() {
    @Override
    public void acknowledge(Tokens tokens) {
      told.add("acknowledged");
    }

    @Override
    public void leave() {
      told.add("left");
    }

    @Override
    public Tokens load() {
      loads.incrementAndGet();
      return source.get();
    }

    @Override
    public @Nullable ChangeSignal onChange(Runnable action) {
      onChange = action;
      return signals ? new TestSignal() : null;
    }

    @Override
    public void add(Token token) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean remove(String name) {
      throw new UnsupportedOperationException();
    }
  };

  private static List<String> eventsOf(AuditLines lines) {
    return lines.all().stream()
        .map(line -> line.path("event").asText() + " " + line.path("subject").asText())
        .toList();
  }

  @Test
  void auditLog_hasTokensAtFirst_andThenWhatChanges() {
    try (AuditLines lines = AuditLines.listen()) {
      source = () -> one;
      TokenWatch watch = new TokenWatch(storage, time::get);
      watch.refresh();
      watch.refresh();
      Token ci = one.list().get(0);
      Token more = new Token("ci", Role.ADMIN, Limits.NONE, ci.hash(), null, null);
      Token other = new Token("other", Role.READ, Limits.NONE, TokenSecret.hash("y"), null, null);
      source = () -> Tokens.of(List.of(more, other));
      watch.refresh();
      source = () -> Tokens.of(List.of(other));
      watch.refresh();

      assertThat(eventsOf(lines))
          .containsExactly(
              "token-loaded ci", "token-changed ci", "token-created other", "token-revoked ci");
      assertThat(lines.text()).doesNotContain(ci.hash());
    }
  }

  private final class TestSignal implements TokenStorage.ChangeSignal {
    @Override
    public boolean isLive() {
      looks.incrementAndGet();
      if (broken) {
        throw new AssertionError("unexpected");
      }
      return live;
    }

    @Override
    public void close() {
      live = false;
    }
  }

  @Test
  void signalledChange_isReadAtOnce_andNothingElseIs() {
    signals = true;
    live = true;
    try (TokenWatch watch = TokenWatch.start(storage)) {
      int before = loads.get();
      Awaitility.await()
          .during(TokenWatch.PERIOD.multipliedBy(3))
          .atMost(Duration.ofSeconds(10))
          .until(() -> loads.get() == before);
      source = () -> one;
      Objects.requireNonNull(onChange).run();
      Awaitility.await().until(() -> watch.get() == one);
      assertThat(loads.get()).isEqualTo(before + 1);

      live = false;
      Awaitility.await().until(() -> loads.get() > before + 3);
    }
  }

  private Tokens fail() {
    throw new UnavailableException("away", null);
  }

  @Test
  void change_isSeenWithinASecond() {
    try (TokenWatch watch = TokenWatch.start(storage)) {
      assertThat(watch.get().configured()).isFalse();
      source = () -> one;
      Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> watch.get() == one);
      assertThat(TokenWatch.PERIOD).isLessThan(Duration.ofSeconds(1));
    }
  }

  @Test
  void tokensThatCannotBeRead_areKeptForAWhile_thenNobodyIsLetIn() {
    try (TokenWatch watch = new TokenWatch(storage, time::get)) {
      source = () -> one;
      watch.refresh();
      source = this::fail;
      time.addAndGet(TokenWatch.KEPT.toNanos());
      watch.refresh();
      assertThat(watch.get()).isSameAs(one);

      time.addAndGet(1);
      assertThatThrownBy(watch::get).isInstanceOf(UnavailableException.class);

      source = () -> one;
      watch.refresh();
      assertThat(watch.get()).isSameAs(one);
    }
  }

  @Test
  void tokensThatAreGone_letNobodyIn() {
    try (TokenWatch watch = new TokenWatch(storage, time::get)) {
      source = () -> one;
      watch.refresh();
      source = () -> Tokens.NOT_CONFIGURED;
      watch.refresh();

      assertThat(watch.get().configured()).isTrue();
      assertThat(watch.get().list()).isEmpty();
    }
  }

  @Test
  void tokensThatAreReadWhileClosing_areNotAcknowledged() {
    TokenWatch watch = new TokenWatch(storage, time::get);
    watch.refresh();
    source = () -> {
      watch.close();
      return one;
    };
    watch.refresh();

    assertThat(told).containsExactly("acknowledged", "left");
  }

  @Test
  void databaseThatIsAway_doesNotKeepTheServiceFromStarting() {
    source = this::fail;
    try (TokenWatch watch = TokenWatch.start(storage)) {
      assertThatThrownBy(watch::get).isInstanceOf(UnavailableException.class);
      source = () -> one;
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .ignoreExceptionsInstanceOf(UnavailableException.class)
          .untilAsserted(() -> assertThat(watch.get()).isSameAs(one));
    }
  }

  @Test
  void tokensThatAreNotUsable_do() {
    source = () -> {
      throw new InvalidInputException(ErrorCode.INVALID_PARAMETER, "broken");
    };
    assertThatThrownBy(() -> TokenWatch.start(storage)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void thread_outlivesASignalThatFails() {
    signals = true;
    broken = true;
    try (TokenWatch watch = TokenWatch.start(storage)) {
      Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> looks.get() > 2);
      assertThat(watch.get().configured()).isFalse();
    }
  }

  @Test
  void reading_goesOnAfterAnyFailure() {
    try (TokenWatch watch = TokenWatch.start(storage)) {
      AtomicLong failures = new AtomicLong();
      source = () -> {
        failures.incrementAndGet();
        throw new AssertionError("unexpected");
      };
      Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> failures.get() > 2);
      assertThat(watch.get().configured()).isFalse();
    }
  }
}
