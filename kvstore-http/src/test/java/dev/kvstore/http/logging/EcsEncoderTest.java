package dev.kvstore.http.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** Tests the fields against Elastic's own logging libraries, see the ECS logging specification. */
class EcsEncoderTest {
  private final EcsEncoder encoder = new EcsEncoder();

  private static LoggingEvent event(String logger, String message) {
    return event(logger, message, Map.of());
  }

  private static LoggingEvent event(String logger, String message, Map<String, String> context) {
    LoggingEvent event = new LoggingEvent();
    event.setLoggerContext(new LoggerContext());
    event.setLoggerName(logger);
    event.setLevel(Level.WARN);
    event.setMessage(message);
    event.setThreadName("main");
    event.setInstant(Instant.parse("2026-11-21T10:00:00.120Z"));
    event.setMDCPropertyMap(context);
    return event;
  }

  private JsonNode encode(LoggingEvent event) throws IOException {
    String line = new String(encoder.encode(event), StandardCharsets.UTF_8);
    assertThat(line).endsWith("}\n").hasLineCount(1);
    return new ObjectMapper().readTree(line);
  }

  @Test
  void event_hasTheFieldsThatEveryEventNeeds() throws IOException {
    JsonNode json = encode(event("dev.kvstore.http.X", "two\nlines \"ä\""));

    assertThat(json.path("@timestamp").asText()).isEqualTo("2026-11-21T10:00:00.120Z");
    assertThat(json.path("log.level").asText()).isEqualTo("WARN");
    assertThat(json.path("message").asText()).isEqualTo("two\nlines \"ä\"");
    assertThat(json.path("ecs.version").asText()).isEqualTo("8.11.0");
    assertThat(json.path("service.name").asText()).isEqualTo("kvstore");
    assertThat(json.path("event.dataset").asText()).isEqualTo("kvstore.log");
    assertThat(json.path("log.logger").asText()).isEqualTo("dev.kvstore.http.X");
    assertThat(json.path("process.thread.name").asText()).isEqualTo("main");
  }

  @Test
  void accessEvent_hasTheNamesAndTypesOfTheSchema() throws IOException {
    LoggingEvent event = event("dev.kvstore.http.access", "Answered", Map.of("requestId", "r1"));
    event.addKeyValuePair(new KeyValuePair("requestId", "r1"));
    event.addKeyValuePair(new KeyValuePair("remote", "192.0.2.7"));
    event.addKeyValuePair(new KeyValuePair("method", "PUT"));
    event.addKeyValuePair(new KeyValuePair("route", "/v1/stores"));
    event.addKeyValuePair(new KeyValuePair("status", 201));
    event.addKeyValuePair(new KeyValuePair("bytes", 12L));
    event.addKeyValuePair(new KeyValuePair("millis", "1.5"));
    event.addKeyValuePair(new KeyValuePair("token", "ci"));
    JsonNode json = encode(event);

    assertThat(json.path("event.dataset").asText()).isEqualTo("kvstore.access");
    assertThat(json.path("http.request.id").asText()).isEqualTo("r1");
    assertThat(json.path("client.ip").asText()).isEqualTo("192.0.2.7");
    assertThat(json.path("http.request.method").asText()).isEqualTo("PUT");
    assertThat(json.path("http.response.status_code").isInt()).isTrue();
    assertThat(json.path("http.response.body.bytes").asLong()).isEqualTo(12);
    assertThat(json.path("event.duration").asLong()).isEqualTo(1_500_000);
    assertThat(json.path("user.name").asText()).isEqualTo("ci");
    assertThat(json.path("labels.route").asText()).isEqualTo("/v1/stores");
  }

  @Test
  void failure_hasItsTypeMessageAndTrace_underTheRequestsId() throws IOException {
    LoggingEvent event =
        event("dev.kvstore.http.server.Dispatcher", "GET failed", Map.of("requestId", "r2"));
    event.setThrowableProxy(new ch.qos.logback.classic.spi.ThrowableProxy(
        new IllegalStateException("broken", new IOException("below"))));
    JsonNode json = encode(event);

    assertThat(json.path("http.request.id").asText()).isEqualTo("r2");
    assertThat(json.path("error.type").asText()).isEqualTo("java.lang.IllegalStateException");
    assertThat(json.path("error.message").asText()).isEqualTo("broken");
    assertThat(json.path("error.stack_trace").asText())
        .contains("EcsEncoderTest", "Caused by: java.io.IOException: below");
  }
}
