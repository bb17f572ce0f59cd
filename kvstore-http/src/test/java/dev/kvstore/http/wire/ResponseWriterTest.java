package dev.kvstore.http.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.http.auth.Access;
import dev.kvstore.http.auth.Principal;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.limits.Load;
import dev.kvstore.http.limits.Room;
import dev.kvstore.http.limits.Shares;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourcePath;
import dev.kvstore.http.route.Route;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.ValueLimits;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests requests while there is no memory left. */
class ResponseWriterTest {
  private static final byte[] LARGE = new byte[100_000];

  private static RequestContext context(String method) {
    Shares none = new Shares(0, Long.MAX_VALUE);
    return new RequestContext(
        proxy(HttpServletRequest.class, method),
        proxy(HttpServletResponse.class, method),
        new ResourcePath(
            new Route(
                "/v1/stores/{store}/keys/{key}", List.of("GET"), Access.DATA, 0, unused -> {}),
            "app",
            "k",
            ""),
        Principal.NOBODY,
        proxy(EntryDatabase.class, method),
        () -> {},
        "client",
        new Room(none, none, "client", !method.equals("GET"), 1, action -> {}));
  }

  /** Returns a proxy whose methods all return this text. */
  private static <T> T proxy(Class<T> type, String text) {
    return type.cast(Proxy.newProxyInstance(
        type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> text));
  }

  @Test
  void answerToARead_isRefused() {
    ChunkedBuffer answer = ResponseWriter.newAnswer(context("GET"));

    assertThatThrownBy(() -> answer.writeBytes(LARGE, 0, LARGE.length))
        .isInstanceOf(ProblemException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PATCH", "PUT", "POST"})
  void answerToAWrite_whichIsDone_isNotRefused(String method) {
    ChunkedBuffer answer = ResponseWriter.newAnswer(context(method));
    answer.writeBytes(LARGE, 0, LARGE.length);

    assertThat(answer.getSize()).isEqualTo(LARGE.length);
  }

  @ParameterizedTest
  @EnumSource
  void documentOfARead_isRefused_whileItIsWritten(Format format) {
    ResponseWriter responses = new ResponseWriter(
        new JsonTranscoder(ValueLimits.DEFAULT), Load.of(1, 1, 1, Runnable::run));
    AtomicInteger written = new AtomicInteger();

    assertThatThrownBy(() -> responses.document(context("GET"), format, 200, out -> {
          out.startDocument();
          for (int i = 0; i < 1000; i++) {
            out.name("n" + i).text("x".repeat(1000));
            written.incrementAndGet();
          }
          out.endDocument();
        }))
        .isInstanceOf(ProblemException.class);
    assertThat(written).hasValueLessThan(100);
  }

  @Test
  void writeWithoutRoomForItsAnswer_isRefusedBefore() {
    assertThatThrownBy(() -> context("PATCH").reserve(LARGE.length))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().headers().isEmpty()).isFalse());
  }

  @Test
  void writeThatCameBefore_isNotSaidToBeNotDone() {
    RequestContext again = context("PATCH");
    again.tellReplayed();

    assertThatThrownBy(() -> again.reserve(LARGE.length))
        .isInstanceOf(OutcomeUnknownException.class);
  }
}
