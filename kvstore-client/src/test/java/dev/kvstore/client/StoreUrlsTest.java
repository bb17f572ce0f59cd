package dev.kvstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreUrlsTest {
  @ParameterizedTest
  @CsvSource({
    "http://localhost:7070, http://localhost:7070",
    "HTTPS://Example.org/, HTTPS://Example.org",
    "http://[::1]:7070/kv/, http://[::1]:7070/kv",
    "http://h/ü, http://h/%C3%BC"
  })
  void of_service_isTheBegin(URI service, String begin) {
    assertThat(StoreUrls.of(service, "s").key("a/b", Query.none()))
        .hasToString(begin + "/v1/stores/s/keys/a/b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:7070",
        "/v1",
        "ftp://host",
        "http:///path",
        "http://host:65536",
        "http://my_host",
        "mongodb://host",
        "http://alice:s3cret@host",
        "http://host?token=s3cret",
        "http://host/#s3cret",
        "mongodb://alice:s3cret@host/?authSource=s3cret"
      })
  void of_noAddressOfAService_isRefusedWithoutItsSecrets(URI service) {
    assertThatThrownBy(() -> StoreUrls.of(service, "s"))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void of_badStoreName_isRefused() {
    assertThatThrownBy(() -> StoreUrls.of(URI.create("http://host"), "a/b"))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STORE));
  }

  @Test
  void query_halfASurrogatePair_isRefused() {
    assertThatThrownBy(() -> Query.none().and("prefix", "a\ud83d"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("prefix");
  }
}
