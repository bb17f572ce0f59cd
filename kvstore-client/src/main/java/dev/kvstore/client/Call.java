package dev.kvstore.client;

import dev.kvstore.WriteCondition;
import dev.kvstore.WriteCondition.IfAbsent;
import dev.kvstore.WriteCondition.IfMatch;
import dev.kvstore.WriteCondition.IfPresent;
import dev.kvstore.WriteCondition.None;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the service.
 *
 * @param key the key it is about; null where it is about several
 * @param body null where there is none
 */
record Call(
    String method,
    URI uri,
    @Nullable String key,
    WriteCondition condition,
    @Nullable String author,
    @Nullable OneShotBody body) {
  private static final String BSON = "application/bson";

  static Call read(URI uri, @Nullable String key) {
    return new Call("GET", uri, key, WriteCondition.NONE, null, null);
  }

  boolean isWrite() {
    return !method.equals("GET");
  }

  /**
   * Sees to it that nothing more of this goes out, and tells whether the service certainly did
   * nothing: its body never went out. Of a write without a body nothing can be said.
   */
  boolean withdraw() {
    return body != null && body.withdraw();
  }

  /** @param token has the token, or null where none is sent */
  HttpRequest toRequest(@Nullable Supplier<String> token) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri)
        .method(method, body == null ? BodyPublishers.noBody() : body)
        .header("Accept", BSON);
    if (body != null) {
      request.header("Content-Type", BSON);
    }
    if (token != null) {
      request.header("Authorization", BearerToken.header(token));
    }
    if (author != null) {
      request.header("KV-Author", Percent.encode("author", author));
    }
    if (condition instanceof IfMatch match) {
      request.header("If-Match", '"' + legalEtag(match.etag()) + '"');
    } else if (condition instanceof IfPresent) {
      request.header("If-Match", "*");
    } else if (condition instanceof IfAbsent) {
      request.header("If-None-Match", "*");
    } else if (!(condition instanceof None)) {
      throw new IllegalArgumentException("An unknown condition: " + condition);
    }
    return request.build();
  }

  /**
   * An etag with characters that no header may hold is none that a service ever made. It is sent in
   * another form, so that the service finds that it does not match.
   */
  private static String legalEtag(String etag) {
    boolean legal = etag.chars().allMatch(c -> c == 0x21 || (c >= 0x23 && c <= 0x7E));
    return legal ? etag : Percent.encode("etag", etag);
  }

  /** As it can stand in a message: without the query. */
  @Override
  public String toString() {
    String address = uri.toString();
    int query = address.indexOf('?');
    return method + " " + (query < 0 ? address : address.substring(0, query));
  }
}
