package dev.kvstore.internal.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VariablesTest {
  private static final List<String> OWN = List.of(
      "KVSTORE_PORT",
      "KVSTORE_HOST",
      "KVSTORE_DATA",
      "KVSTORE_MONGODB_URI",
      "KVSTORE_TLS_CERTIFICATE",
      "KVSTORE_MAX_VALUE_BYTES");

  private static Variables of(String name, String value) {
    return Variables.of(Map.of(name, value), OWN, Set.of("server"));
  }

  @ParameterizedTest
  @CsvSource({
    "KVSTORE_MONGODB, KVSTORE_MONGODB_URI",
    "KVSTORE_MONGO_URI, KVSTORE_MONGODB_URI",
    "KVSTORE_MONGODB_URL, KVSTORE_MONGODB_URI",
    "KVSTORE_PROT, KVSTORE_PORT",
    "KVSTORE_DATA_DIR, KVSTORE_DATA",
    "KVSTORE_HOSTNAME, KVSTORE_HOST",
    "KVSTORE_TLS_CERT, KVSTORE_TLS_CERTIFICATE",
    "KVSTORE_MAXVALUEBYTES, KVSTORE_MAX_VALUE_BYTES",
    "kvstore_port, KVSTORE_PORT",
    "KVSTORE_Port, KVSTORE_PORT"
  })
  void misspeltVariable_isReportedWithWhatWasMeant(String name, String meant) {
    assertThat(of(name, "hunter2").unknown())
        .containsExactly("The environment variable " + name
            + " belongs to no option and is ignored; did you mean " + meant + "?");
  }

  @Test
  void unknownVariable_isReported_withoutAGuessOrItsValue() {
    assertThat(of("KVSTORE_SOMETHING\u001b[1m", "hunter2").unknown())
        .singleElement()
        .asString()
        .contains("KVSTORE_SOMETHING?[1m belongs to no option", "--help")
        .doesNotContain("did you mean", "hunter2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"KVSTORE_PORT", "KVSTORE_SERVER", "PATH", "KVSTORES_PORT"})
  void variableOfAnyProgram_isNotReported(String name) {
    assertThat(of(name, "1").unknown()).isEmpty();
    assertThat(of(name, "1").note()).isNull();
  }

  @Test
  void variablesThatKubernetesSets_areIgnored_withANote() {
    Map<String, String> links = new TreeMap<>(Map.of(
        "KVSTORE_SERVICE_HOST", "10.0.0.1",
        "KVSTORE_SERVICE_PORT", "80",
        "KVSTORE_SERVICE_PORT_HTTP", "80",
        "KVSTORE_PORT", "tcp://10.0.0.1:80",
        "KVSTORE_PORT_80_TCP", "tcp://10.0.0.1:80",
        "KVSTORE_PORT_80_TCP_PROTO", "tcp",
        "KVSTORE_PORT_80_TCP_PORT", "80",
        "KVSTORE_PORT_80_TCP_ADDR", "10.0.0.1",
        "KVSTORE_HTTP_PORT", "tcp://10.0.0.1:80",
        "KVSTORE_HTTP_SERVICE_HOST", "10.0.0.1"));
    Variables variables = Variables.of(links, OWN, Set.of());

    assertThat(variables.unknown()).isEmpty();
    assertThat(variables.note())
        .contains(String.join(", ", links.keySet()), "enableServiceLinks: false")
        .doesNotContain("10.0.0.1");
    assertThat(Variables.value(links, "KVSTORE_PORT")).isNull();
    assertThat(Variables.value(Map.of("KVSTORE_PORT", " 7070 "), "KVSTORE_PORT"))
        .isEqualTo("7070");
  }

  @Test
  void nearest_isNone_whereNothingIsAlike() {
    assertThat(SettingNames.nearest("zebra", Set.of("port", "timeout"))).isEmpty();
    assertThat(SettingNames.nearest("maxValueBytes", Set.of("max-body-bytes", "max-value-bytes")))
        .contains("max-value-bytes");
  }
}
