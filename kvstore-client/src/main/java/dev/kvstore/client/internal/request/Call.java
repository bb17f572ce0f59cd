package dev.kvstore.client.internal.request;

import dev.kvstore.WriteCondition;
import dev.kvstore.WriteCondition.IfAbsent;
import dev.kvstore.WriteCondition.IfMatch;
import dev.kvstore.WriteCondition.IfPresent;
import dev.kvstore.WriteCondition.None;
import dev.kvstore.internal.support.Percent;
import dev.kvstore.spi.Cause;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request to the service, independent of endpoints and retries.
 *
 * @param uri the resource, relative to the URL of the service
 * @param key the key of the resource; null if there are several
 * @param headers the headers specific to this call
 * @param body null if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Call(
    String method,
    URI uri,
    @Nullable String key,
    WriteCondition condition,
    Map<String, String> headers,
    byte @Nullable [] body) {
  /** The idempotency key of a write. */
  public static final String ETAG = "KV-Etag";

  public static Call read(URI uri, @Nullable String key) {
    return new Call("GET", uri, key, WriteCondition.NONE, Map.of(), null);
  }

  public static Call write(
      String method,
      URI uri,
      @Nullable String key,
      WriteCondition condition,
      Cause cause,
      byte @Nullable [] body) {
    Map<String, String> headers = new TreeMap<>();
    if (cause.author() != null) {
      headers.put("KV-Author", Percent.encode("author", cause.author()));
    }
    if (cause.comment() != null) {
      headers.put("KV-Comment", Percent.encode("comment", cause.comment()));
    }
    return new Call(method, uri, key, condition, Map.copyOf(headers), body).under(condition);
  }

  /** Returns this call with another condition; everything else is unchanged. */
  public Call under(WriteCondition other) {
    Map<String, String> sent = new TreeMap<>(headers);
    sent.keySet().removeAll(Set.of("If-Match", "If-None-Match"));
    if (other instanceof IfMatch match) {
      sent.put("If-Match", '"' + legalEtag(match.etag()) + '"');
    } else if (other instanceof IfPresent) {
      sent.put("If-Match", "*");
    } else if (other instanceof IfAbsent) {
      sent.put("If-None-Match", "*");
    } else if (!(other instanceof None)) {
      throw new IllegalArgumentException("An unknown condition: " + other);
    }
    return new Call(method, uri, key, condition, Map.copyOf(sent), body);
  }

  /** Returns this call with this header, replacing one of the same name. */
  public Call with(String header, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(header, value);
    return new Call(method, uri, key, condition, Map.copyOf(more), body);
  }

  /** Returns the idempotency key of the write; null if this is not a write. */
  @Nullable
  public String etag() {
    return headers.get(ETAG);
  }

  boolean isWrite() {
    return !method.equals("GET");
  }

  /**
   * Returns the etag in a form that is valid in a header. An etag with invalid characters was never
   * made by a service; it is sent in another form, so that the service finds that it does not
   * match.
   */
  private static String legalEtag(String etag) {
    boolean legal = etag.chars().allMatch(c -> c == 0x21 || (c >= 0x23 && c <= 0x7E));
    return legal ? etag : Percent.encode("etag", etag);
  }
}
