package dev.kvstore.http.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.UnavailableException;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticatorTest {
  private final ManualClock clock = new ManualClock();
  private final String secret = TokenSecret.generate();
  private final Token token = new Token(
      "ci",
      Role.WRITE,
      Limits.NONE,
      TokenSecret.hash(secret),
      null,
      clock.instant().plusSeconds(10));
  private final AtomicReference<Tokens> tokens = new AtomicReference<>(Tokens.of(List.of(token)));
  private final Authenticator authenticator = new Authenticator(tokens::get, true, clock);

  @ParameterizedTest
  @ValueSource(strings = {"Bearer %s", "bearer %s", "BEARER  %s", " Bearer %s "})
  void token_isKnown(String header) {
    Principal principal = authenticator.authenticate(List.of(header.formatted(secret)));

    assertThat(principal.name()).contains("ci");
    assertThat(principal.has(Role.WRITE)).isTrue();
    assertThat(principal.has(Role.ADMIN)).isFalse();
    assertThat(principal.isActive()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Bearer", "Bearer ", "Bearer x", "Bearer %s=", "Bearer kvs_", "Bearer %s %s"})
  void wrongToken_isToldFromNone(String header) {
    assertThatThrownBy(() -> authenticator.authenticate(List.of(header.formatted(secret, secret))))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().headers())
                .containsEntry("WWW-Authenticate", "Bearer error=\"invalid_token\""))
        .hasMessageNotContaining(secret);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Basic YTpi", "Bearerx %s"})
  void otherSchemes_areNoToken(String header) {
    assertThatThrownBy(() -> authenticator.authenticate(List.of(header.formatted(secret))))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().headers()).containsEntry("WWW-Authenticate", "Bearer"));
  }

  @Test
  void twoHeaders_areNotChosenFrom() {
    String good = "Bearer " + secret;

    assertThatThrownBy(() -> authenticator.authenticate(List.of(good, good)))
        .isInstanceOf(ProblemException.class);
  }

  @Test
  void hash_isNoToken() {
    assertThatThrownBy(() -> authenticator.authenticate(List.of("Bearer " + token.hash())))
        .isInstanceOf(ProblemException.class);
  }

  @Test
  void expiredToken_isUnknown_andEndsWhatGoesOn() {
    Principal principal = authenticator.authenticate(List.of("Bearer " + secret));
    clock.advance(Duration.ofSeconds(10));

    assertThat(principal.isActive()).isFalse();
    assertThatThrownBy(() -> authenticator.authenticate(List.of("Bearer " + secret)))
        .isInstanceOf(ProblemException.class);
  }

  @Test
  void changedToken_endsWhatGoesOn() {
    Principal principal = authenticator.authenticate(List.of("Bearer " + secret));
    Limits narrower = new Limits(List.of("app"), List.of());
    tokens.set(Tokens.of(
        List.of(new Token("ci", Role.WRITE, narrower, token.hash(), null, token.expiresAt()))));

    assertThat(principal.isActive()).isFalse();
  }

  @Test
  void noTokens_isOpenUntilThereIsOne() {
    tokens.set(Tokens.NOT_CONFIGURED);
    Principal anybody = authenticator.authenticate(List.of());

    assertThat(anybody.has(Role.ADMIN)).isTrue();
    assertThat(anybody.seesAll()).isTrue();
    assertThat(anybody.name()).isEmpty();
    assertThat(authenticator.authenticate(List.of("Basic YTpi")).has(Role.ADMIN))
        .isTrue();
    assertThatThrownBy(() -> authenticator.authenticate(List.of("Bearer " + secret)))
        .isInstanceOf(ProblemException.class);

    tokens.set(Tokens.of(List.of()));
    assertThat(anybody.isActive()).isFalse();
    assertThatThrownBy(() -> authenticator.authenticate(List.of()))
        .isInstanceOf(ProblemException.class);
  }

  @Test
  void noTokens_isClosed_whereItMustNotBeOpen() {
    Authenticator closed = new Authenticator(() -> Tokens.NOT_CONFIGURED, false, clock);

    assertThatThrownBy(() -> closed.authenticate(List.of())).isInstanceOf(ProblemException.class);
  }

  @Test
  void unknownTokens_letNobodyIn() {
    Authenticator lost = new Authenticator(
        () -> {
          throw new UnavailableException("gone", null);
        },
        true,
        clock);

    assertThatThrownBy(() -> lost.authenticate(List.of())).isInstanceOf(UnavailableException.class);
    assertThatThrownBy(() -> lost.authenticate(List.of("Bearer " + secret)))
        .isInstanceOf(UnavailableException.class);
  }

  @Test
  void nobody_mayNothing() {
    assertThat(Principal.NOBODY.has(Role.READ)).isFalse();
    assertThat(Principal.NOBODY.mayEnter("app")).isFalse();
    assertThat(Principal.NOBODY.mayRead("app", "a")).isFalse();
    assertThat(Principal.NOBODY.seesAllKeys()).isFalse();
  }

  @Test
  void text_hasNeitherSecretNorHash() {
    Principal principal = authenticator.authenticate(List.of("Bearer " + secret));
    FileToken inFile = new FileToken("ci", "read", null, null, null, null, null, secret);

    assertThat(token + " " + tokens + " " + principal + " " + inFile + FileToken.of(token))
        .contains("ci")
        .doesNotContain(secret, token.hash());
  }
}
