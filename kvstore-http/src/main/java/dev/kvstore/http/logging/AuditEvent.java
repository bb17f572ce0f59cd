package dev.kvstore.http.logging;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An administrative action on the service, in contrast to writing an entry. It is a line of JSON in
 * the log {@value #LOGGER}, and never contains a value, a key or the secret of a token.
 *
 * @param event the kind of event, such as {@code store-dropped}
 * @param by the name of the caller's token; null if there was none
 * @param remote the address of the caller; null if the action did not come over HTTP
 * @param subject the object of the action, besides the store
 * @param outcome {@code done}, or the reason of the failure
 * @param count the number of events that it stands for; 0 for a single event
 */
public record AuditEvent(
    String event,
    @Nullable String by,
    @Nullable String remote,
    @Nullable String store,
    @Nullable String subject,
    String outcome,
    long count) {
  static final String LOGGER = "kvstore.audit";

  private static final Logger AUDIT = LoggerFactory.getLogger(LOGGER);
  private static final JsonFactory JSON = new JsonFactory();

  /** Returns an event of a token. */
  public static AuditEvent ofToken(String event, String name) {
    return new AuditEvent(event, null, null, null, name, "done", 0);
  }

  /** Writes the event to the log. */
  public void log() {
    AUDIT.info("{}", toJson(Instant.now().truncatedTo(ChronoUnit.MILLIS)));
  }

  private String toJson(Instant at) {
    StringWriter line = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(line)) {
      out.writeStartObject();
      out.writeStringField("at", at.toString());
      out.writeStringField("event", event);
      out.writeStringField("by", by);
      out.writeStringField("remote", remote);
      out.writeStringField("store", store);
      out.writeStringField("subject", subject);
      out.writeStringField("outcome", outcome);
      if (count > 0) {
        out.writeNumberField("count", count);
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toString();
  }
}
