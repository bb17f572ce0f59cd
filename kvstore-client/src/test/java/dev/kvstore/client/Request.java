package dev.kvstore.client;

import com.sun.net.httpserver.Headers;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What a service was asked. */
record Request(
    String method, String uri, Headers headers, @Nullable BsonDocument body) {
  @Nullable
  String header(String name) {
    return headers.getFirst(name);
  }

  /** Returns the part of the URL below the store, as it was sent. */
  String path() {
    return uri.substring(uri.indexOf("/v1/stores/s/") + "/v1/stores/s/".length());
  }
}
