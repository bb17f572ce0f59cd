package dev.kvstore.http.error;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error as it is answered, see RFC 9457.
 *
 * @param detail what happened this time; never a value, a secret or a driver's words
 * @param members what else is known, by the name it has in the document: texts and lists of texts
 * @param headers header fields of the answer that belong to this error
 */
public record Problem(
    ErrorKind kind, String detail, Map<String, Object> members, Map<String, String> headers) {
  public static final String MEDIA_TYPE = "application/problem+json";

  /** What a text takes beside its characters. */
  private static final int TEXT_BYTES = 56;

  private static final JsonFactory JSON = new JsonFactory();

  public Problem {
    members = Collections.unmodifiableMap(members);
    headers = Collections.unmodifiableMap(headers);
  }

  public Problem(ErrorKind kind, String detail) {
    this(kind, detail, Map.of(), Map.of());
  }

  /** Adds a member to the document, unless its value is null. */
  public Problem with(String member, @Nullable String value) {
    return value == null ? this : new Problem(kind, detail, plus(members, member, value), headers);
  }

  /** Adds a member that is a list. */
  public Problem with(String member, List<String> values) {
    return new Problem(kind, detail, plus(members, member, List.copyOf(values)), headers);
  }

  public Problem withHeader(String name, String value) {
    return new Problem(kind, detail, members, plus(headers, name, value));
  }

  private static <T> Map<String, T> plus(Map<String, T> map, String name, T value) {
    Map<String, T> result = new LinkedHashMap<>(map);
    result.put(name, value);
    return result;
  }

  /**
   * Returns the document.
   *
   * @param instance the path of the request, or null where it could not be read
   */
  public byte[] toJson(@Nullable String instance, String requestId) {
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
      for (Map.Entry<String, Object> member : members.entrySet()) {
        json.writeFieldName(member.getKey());
        write(json, member.getValue());
      }
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Returns about how many bytes of memory its texts take. */
  public int bytes() {
    long bytes = bytes(detail);
    for (Object member : members.values()) {
      if (member instanceof List<?> list) {
        bytes += list.stream().mapToLong(item -> bytes(item.toString())).sum();
      } else {
        bytes += bytes(member.toString());
      }
    }
    return (int) Math.min(bytes, Integer.MAX_VALUE / 2);
  }

  private static long bytes(String text) {
    return TEXT_BYTES + Character.BYTES * (long) text.length();
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object item : list) {
        json.writeString(item.toString());
      }
      json.writeEndArray();
    } else {
      json.writeString(value.toString());
    }
  }
}
