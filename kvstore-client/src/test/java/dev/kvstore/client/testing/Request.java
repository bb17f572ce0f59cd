package dev.kvstore.client.testing;

import com.sun.net.httpserver.Headers;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** A request received by a service. */
public record Request(
    String method, String uri, Headers headers, @Nullable BsonDocument body) {
  @Nullable
  public String header(String name) {
    return headers.getFirst(name);
  }

  /** Returns the part of the URL below the store, as it was sent. */
  public String path() {
    return uri.substring(uri.indexOf("/v1/stores/s/") + "/v1/stores/s/".length());
  }
}
