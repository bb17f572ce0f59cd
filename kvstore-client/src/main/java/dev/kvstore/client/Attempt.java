package dev.kvstore.client;

import dev.kvstore.SyncToken;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.function.Supplier;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * A call as it is sent once to one address.
 *
 * @param id what the service repeats in its answer, and writes into its log
 * @param body null where the call has none
 */
record Attempt(
    Call call, Endpoint endpoint, String id, @Nullable OneShotBody body) {
  static final String REQUEST_ID = "X-Request-Id";

  private static final String BSON = "application/bson";

  static Attempt of(Call call, Endpoint endpoint) {
    byte[] body = call.body();
    String id = new ObjectId().toHexString();
    return new Attempt(call, endpoint, id, body == null ? null : new OneShotBody(body));
  }

  /**
   * Sees to it that nothing more of this goes out, and tells whether the service certainly did
   * nothing: its body never went out. Of a write without a body nothing can be said.
   */
  boolean withdraw() {
    return body != null && body.withdraw();
  }

  /**
   * @param token has the token, or null where none is sent
   * @param seen what was seen of the database's history; the answer must not be older
   */
  HttpRequest toRequest(@Nullable Supplier<String> token, SyncToken seen) {
    HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.at(call.uri()))
        .method(call.method(), body == null ? BodyPublishers.noBody() : body)
        .header("Accept", BSON)
        .header(REQUEST_ID, id);
    if (body != null) {
      request.header("Content-Type", BSON);
    }
    if (token != null) {
      request.header("Authorization", BearerToken.header(token));
    }
    call.headers().forEach(request::setHeader);
    if (!seen.equals(SyncToken.START)) {
      // Beside the one that the call may have: the later of the two counts.
      request.header(SeenToken.HEADER, seen.toString());
    }
    return request.build();
  }

  /** As it can stand in a message: without the query. */
  @Override
  public String toString() {
    return call.method() + " " + endpoint + call.uri().getRawPath();
  }
}
