package dev.kvstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSettingsTest {
  @Test
  void with_changesACopy() {
    HttpSettings settings = HttpSettings.DEFAULT
        .withRequestTimeout(Duration.ofSeconds(9))
        .withConnectTimeout(Duration.ofMillis(7));
    assertThat(settings.requestTimeout()).isEqualTo(Duration.ofSeconds(9));
    assertThat(settings.connectTimeout()).isEqualTo(Duration.ofMillis(7));
    assertThat(HttpSettings.DEFAULT.requestTimeout()).isEqualTo(Duration.ofSeconds(40));
    assertThat(HttpSettings.DEFAULT.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "PT0.0009S", "PT24H0.001S", "PT9999999999H"})
  void timeout_outOfRange_isRefused(Duration timeout) {
    assertThatThrownBy(() -> HttpSettings.DEFAULT.withRequestTimeout(timeout))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
        .hasMessageContaining("request timeout");
    assertThatThrownBy(() -> HttpSettings.DEFAULT.withConnectTimeout(timeout))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("connect timeout");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "secret\n", "secret\r\nX: y", "secrét", "a=b", "="})
  void token_thatNoHeaderCanHold_isRefusedUnquoted(String token) {
    assertThatThrownBy(() -> HttpSettings.DEFAULT.withToken(token))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
        .hasMessageNotContaining("secr");
  }

  @Test
  void toString_doesNotShowTheToken() {
    assertThat(HttpSettings.DEFAULT.withToken("kvs_secret"))
        .asString()
        .contains("token=given")
        .doesNotContain("kvs_secret");
    assertThat(HttpSettings.DEFAULT).asString().contains("token=none");
  }

  @Test
  void httpClient_withSettingsThatItBringsItself_isRefused() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    for (HttpSettings settings : List.of(
        HttpSettings.DEFAULT.withSslContext(SSLContext.getDefault()),
        HttpSettings.DEFAULT.withProxy(HttpClient.Builder.NO_PROXY),
        HttpSettings.DEFAULT.withConnectTimeout(Duration.ofSeconds(3)))) {
      assertRefused(() -> settings.withHttpClient(client), "TLS, proxy and connect timeout");
    }
    HttpSettings given = HttpSettings.DEFAULT.withHttpClient(client).withToken("t");
    assertRefused(
        () -> given.withProxy(HttpClient.Builder.NO_PROXY), "TLS, proxy and connect timeout");
  }

  @Test
  void httpClient_thatFollowsRedirects_isRefused() {
    HttpClient client =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    assertRefused(() -> HttpSettings.DEFAULT.withHttpClient(client), "redirects");
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
        .hasMessageContaining(message);
  }
}
