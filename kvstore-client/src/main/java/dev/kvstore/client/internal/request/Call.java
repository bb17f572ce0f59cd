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
 * What is asked of the service, whichever address it is sent to and however often.
 *
 * @param uri the resource, below the address of the service
 * @param key the key it is about; null where it is about several
 * @param headers those that only this call has
 * @param body null where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Call(
    String method,
    URI uri,
    @Nullable String key,
    WriteCondition condition,
    Map<String, String> headers,
    byte @Nullable [] body) {
  /** Names a write. */
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

  /** Returns this call as it is sent under another condition; what it asks for stays its own. */
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

  /** Returns this call with one more header, or another value of one that it has. */
  public Call with(String header, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(header, value);
    return new Call(method, uri, key, condition, Map.copyOf(more), body);
  }

  /** Returns the etag that names the write; null where this is none. */
  @Nullable
  public String etag() {
    return headers.get(ETAG);
  }

  boolean isWrite() {
    return !method.equals("GET");
  }

  /**
   * An etag with characters that no header may hold is none that a service ever made. It is sent in
   * another form, so that the service finds that it does not match.
   */
  private static String legalEtag(String etag) {
    boolean legal = etag.chars().allMatch(c -> c == 0x21 || (c >= 0x23 && c <= 0x7E));
    return legal ? etag : Percent.encode("etag", etag);
  }
}
