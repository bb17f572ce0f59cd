package dev.kvstore.http.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * Writes each event as a JSON object in the Elastic Common Schema, one per line, with dotted names
 * as in Elastic's own logging libraries. Fields that the schema does not define become labels.
 */
final class EcsEncoder extends EncoderBase<ILoggingEvent> {
  private static final String VERSION = "8.11.0";

  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** The schema's names for the fields of the service's own events. */
  private static final Map<String, String> FIELDS = Map.of(
      "requestId", "http.request.id",
      "remote", "client.ip",
      "method", "http.request.method",
      "status", "http.response.status_code",
      "bytes", "http.response.body.bytes",
      "millis", "event.duration",
      "token", "user.name");

  private static final String DURATION = "event.duration";

  private final JsonFactory json = new JsonFactory();
  private final @Nullable String serviceVersion =
      EcsEncoder.class.getPackage().getImplementationVersion();

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    try (JsonGenerator out = json.createGenerator(line)) {
      out.writeStartObject();
      writeEvent(out, event);
      writeFields(out, event);
      writeError(out, event.getThrowableProxy());
      out.writeEndObject();
      out.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toByteArray();
  }

  private void writeEvent(JsonGenerator out, ILoggingEvent event) throws IOException {
    out.writeStringField(
        "@timestamp", TIMESTAMP.format(Instant.ofEpochMilli(event.getTimeStamp())));
    out.writeStringField("log.level", event.getLevel().toString());
    out.writeStringField("message", event.getFormattedMessage());
    out.writeStringField("ecs.version", VERSION);
    out.writeStringField("service.name", "kvstore");
    if (serviceVersion != null) {
      out.writeStringField("service.version", serviceVersion);
    }
    out.writeStringField("event.dataset", dataset(event.getLoggerName()));
    out.writeStringField("log.logger", event.getLoggerName());
    out.writeStringField("process.thread.name", event.getThreadName());
  }

  private static String dataset(String logger) {
    if (logger.equals(AuditEvent.LOGGER)) {
      return logger;
    }
    return logger.endsWith(".access") ? "kvstore.access" : "kvstore.log";
  }

  private static void writeFields(JsonGenerator out, ILoggingEvent event) throws IOException {
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      for (KeyValuePair pair : pairs) {
        writeField(out, pair.key, pair.value);
      }
    }
    boolean named = pairs != null && pairs.stream().anyMatch(pair -> pair.key.equals("requestId"));
    String requestId = event.getMDCPropertyMap().get("requestId");
    if (requestId != null && !named) {
      writeField(out, "requestId", requestId);
    }
  }

  private static void writeField(JsonGenerator out, String key, @Nullable Object value)
      throws IOException {
    String field = FIELDS.get(key);
    if (field == null) {
      out.writeStringField("labels." + key, String.valueOf(value));
    } else if (field.equals(DURATION)) {
      // The schema uses nanoseconds.
      out.writeNumberField(field, Math.round(Double.parseDouble(String.valueOf(value)) * 1e6));
    } else if (value instanceof Number number) {
      out.writeNumberField(field, number.longValue());
    } else {
      out.writeStringField(field, String.valueOf(value));
    }
  }

  private static void writeError(JsonGenerator out, @Nullable IThrowableProxy error)
      throws IOException {
    if (error == null) {
      return;
    }
    out.writeStringField("error.type", error.getClassName());
    if (error.getMessage() != null) {
      out.writeStringField("error.message", error.getMessage());
    }
    out.writeStringField("error.stack_trace", ThrowableProxyUtil.asString(error));
  }
}
