package dev.kvstore.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.TestService;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatTest {
  private static TestService service;

  @BeforeAll
  static void start(@TempDir Path folder) {
    service = TestService.start(folder);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*/*|json",
        "application/*|json",
        "application/json|json",
        "application/json;charset=utf-8|json",
        "APPLICATION/BSON|bson",
        "application/bson, application/json|json",
        "application/bson, application/json;q=0.9|bson",
        "application/json, application/bson;q=0.9|json",
        "application/bson, */*|bson",
        "application/json;q=0, */*|bson",
        "application/bson;q=0, */*|json",
        "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8|json",
        "application/json, application/problem+json|json",
        "application/bson;q=x, application/json;q=0.1|json"
      })
  void answer_isWhatIsLikedBest(String accept, String format) {
    assertThat(service.get("/v1/stores", "Accept: " + accept).header("Content-Type"))
        .isEqualTo("application/" + format);
  }

  @Test
  void answer_withoutPreference_isJson() {
    assertThat(service.get("/v1/stores").header("Content-Type")).isEqualTo("application/json");
    assertThat(service.get("/v1/stores", "Accept:").header("Content-Type"))
        .isEqualTo("application/json");
    assertThat(service
            .get("/v1/stores", "Accept: text/plain", "Accept: application/bson")
            .header("Content-Type"))
        .isEqualTo("application/bson");
  }
}
