package dev.kvstore.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.http.auth.Principal;
import dev.kvstore.http.net.Shares;
import dev.kvstore.spi.EntryDatabase;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request while there is no memory left. */
class ExchangeTest {
  private static final byte[] LARGE = new byte[100_000];

  private static Exchange exchange(String method) {
    Shares none = new Shares(0, 0);
    return new Exchange(
        proxy(HttpServletRequest.class, method),
        proxy(HttpServletResponse.class, method),
        Target.parse("/v1/stores/app/keys/k"),
        Principal.NOBODY,
        proxy(EntryDatabase.class, method),
        () -> {},
        "client",
        new Room(none, none, "client", !method.equals("GET"), action -> {}));
  }

  /** Returns something all of whose methods return that text. */
  private static <T> T proxy(Class<T> type, String text) {
    return type.cast(Proxy.newProxyInstance(
        type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> text));
  }

  @Test
  void answerToARead_isRefused() {
    ChunkedBuffer answer = exchange("GET").newAnswer();

    assertThatThrownBy(() -> answer.writeBytes(LARGE, 0, LARGE.length))
        .isInstanceOf(ProblemException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PATCH", "PUT", "POST"})
  void answerToAWrite_whichIsDone_isNotRefused(String method) {
    ChunkedBuffer answer = exchange(method).newAnswer();
    answer.writeBytes(LARGE, 0, LARGE.length);

    assertThat(answer.getSize()).isEqualTo(LARGE.length);
  }
}
