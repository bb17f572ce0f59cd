package dev.kvstore.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error as it is answered, see RFC 9457.
 *
 * @param detail what happened this time; never a value, a secret or a driver's words
 * @param members what else is known, by the name it has in the document
 * @param headers header fields of the answer that belong to this error
 */
record Problem(
    ErrorKind kind, String detail, Map<String, String> members, Map<String, String> headers) {
  static final String MEDIA_TYPE = "application/problem+json";

  private static final JsonFactory JSON = new JsonFactory();

  Problem {
    members = Collections.unmodifiableMap(members);
    headers = Collections.unmodifiableMap(headers);
  }

  Problem(ErrorKind kind, String detail) {
    this(kind, detail, Map.of(), Map.of());
  }

  /** Adds a member to the document, unless its value is null. */
  Problem with(String member, @Nullable String value) {
    return value == null ? this : new Problem(kind, detail, plus(members, member, value), headers);
  }

  Problem withHeader(String name, String value) {
    return new Problem(kind, detail, members, plus(headers, name, value));
  }

  private static Map<String, String> plus(Map<String, String> map, String name, String value) {
    Map<String, String> result = new LinkedHashMap<>(map);
    result.put(name, value);
    return result;
  }

  /** @param instance the path of the request, or null where it could not be read */
  byte[] toJson(@Nullable String instance, String requestId) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("type", "urn:kvstore:error:" + kind.code());
      json.writeStringField("title", kind.title());
      json.writeNumberField("status", kind.status());
      json.writeStringField("detail", detail);
      if (instance != null) {
        json.writeStringField("instance", instance);
      }
      json.writeStringField("code", kind.code());
      json.writeStringField("requestId", requestId);
      for (Map.Entry<String, String> member : members.entrySet()) {
        json.writeStringField(member.getKey(), member.getValue());
      }
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
