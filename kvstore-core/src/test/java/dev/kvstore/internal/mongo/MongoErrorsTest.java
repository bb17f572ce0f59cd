package dev.kvstore.internal.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoConfigurationException;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MongoErrorsTest {
  private final MongoErrors errors = new MongoErrors("db:27017", Duration.ofSeconds(1));

  @Test
  void clientClosed_isClosed_andOtherIllegalStatesAreNot() {
    assertThat(errors
            .of(new IllegalStateException("state should be: open"), "reading")
            .code())
        .isEqualTo(ErrorCode.CLOSED);
    assertThat(errors
            .of(new IllegalStateException("state should be: server session pool is open"), "x")
            .code())
        .isEqualTo(ErrorCode.CLOSED);
    assertThat(
            errors.of(new IllegalStateException("a codec is broken"), "reading").code())
        .isEqualTo(ErrorCode.INTERNAL);
  }

  @Test
  void configuration_isNoOutage_butANameServerIs() {
    assertThat(errors.of(new MongoConfigurationException("two hosts of SRV"), "reading"))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL))
        .hasMessageContaining("connection string");
    Exception lookup = new javax.naming.CommunicationException("DNS error");
    assertThat(errors
            .of(new MongoConfigurationException("lookup failed", lookup), "x")
            .code())
        .isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(errors.of(new MongoConfigurationException("other", new TimeoutException()), "x"))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 121, 10334})
  void refusalOfWhatACallerSent_namesNoServer(int code) {
    assertThat(errors.ofCode(code, "writing key 'a'", null))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("MongoDB refused writing key 'a': ")
        .hasMessageNotContaining("db:27017");
  }
}
