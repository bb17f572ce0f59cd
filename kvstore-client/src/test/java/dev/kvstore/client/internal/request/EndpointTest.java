package dev.kvstore.client.internal.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
  @ParameterizedTest
  @CsvSource({
    "http://localhost:7070, http://localhost:7070",
    "HTTPS://Example.org/, HTTPS://Example.org",
    "http://[::1]:7070/kv/, http://[::1]:7070/kv",
    "http://h/ü, http://h/%C3%BC"
  })
  void of_service_isTheBegin(URI service, String begin) {
    assertThat(Endpoint.of(service).at(URI.create("/v1/stores/s/keys/a/b")))
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
    assertThatThrownBy(() -> Endpoint.of(service))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
        .hasMessageNotContaining("s3cret");
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:7070, false",
    "http://app.localhost, false",
    "http://127.0.0.1, false",
    "http://127.9.9.9:80/kv, false",
    "http://[::1]:7070, false",
    "https://example.org, false",
    "http://example.org, true",
    "HTTP://10.0.0.1, true",
    "http://127.example.org, true"
  })
  void isReadableOnTheWay_plainAndElsewhere(URI service, boolean readable) {
    assertThat(Endpoint.of(service).isReadableOnTheWay()).isEqualTo(readable);
  }
}
