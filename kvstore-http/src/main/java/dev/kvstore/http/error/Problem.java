package dev.kvstore.http.error;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A problem document for an error response, see RFC 9457.
 *
 * @param detail the description of this occurrence; never contains a value, a secret or a driver's
 *     message
 * @param members additional members by name: texts, numbers, and lists of texts or objects
 * @param headers the header fields of the response for this error
 */
public record Problem(
    ErrorKind kind, String detail, Map<String, Object> members, Map<String, String> headers) {
  public static final String MEDIA_TYPE = "application/problem+json";

  /** The overhead of a text besides its characters. */
  private static final int TEXT_BYTES = 56;

  private static final ObjectMapper JSON = new ObjectMapper();

  public Problem {
    members = Collections.unmodifiableMap(members);
    headers = Collections.unmodifiableMap(headers);
  }

  public Problem(ErrorKind kind, String detail) {
    this(kind, detail, Map.of(), Map.of());
  }

  /** Returns a copy with another member, unless its value is null. */
  public Problem with(String member, @Nullable String value) {
    return value == null ? this : new Problem(kind, detail, plus(members, member, value), headers);
  }

  public Problem with(String member, List<String> values) {
    return new Problem(kind, detail, plus(members, member, List.copyOf(values)), headers);
  }

  /** Returns a copy with another member, a number. */
  public Problem with(String member, long value) {
    return new Problem(kind, detail, plus(members, member, value), headers);
  }

  /** Returns a copy with another member, a list of objects. */
  public Problem withObjects(String member, List<Map<String, Object>> objects) {
    return new Problem(kind, detail, plus(members, member, List.copyOf(objects)), headers);
  }

  public Problem withHeader(String name, String value) {
    return new Problem(kind, detail, members, plus(headers, name, value));
  }

  private static <T> Map<String, T> plus(Map<String, T> map, String name, T value) {
    Map<String, T> result = new LinkedHashMap<>(map);
    result.put(name, value);
    return result;
  }

  /** Returns the document; the instance is the path, or null if that is unreadable. */
  public byte[] toJson(@Nullable String instance, String requestId) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("type", "urn:kvstore:error:" + kind.code());
    document.put("title", kind.title());
    document.put("status", kind.status());
    document.put("detail", detail);
    if (instance != null) {
      document.put("instance", instance);
    }
    document.put("code", kind.code());
    document.put("requestId", requestId);
    document.putAll(members);
    try {
      byte[] json = JSON.writeValueAsBytes(document);
      byte[] line = Arrays.copyOf(json, json.length + 1);
      line[json.length] = '\n';
      return line;
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the approximate memory of its texts in bytes. */
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
}
