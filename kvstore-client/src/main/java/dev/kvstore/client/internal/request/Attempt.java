package dev.kvstore.client.internal.request;

import dev.kvstore.SyncToken;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.function.Supplier;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * A call as it is sent once to one address.
 *
 * @param id of this attempt alone; the service repeats it in its answer, and logs it
 * @param body null where the call has none
 */
public record Attempt(
    Call call, Endpoint endpoint, String id, @Nullable OneShotBody body) {
  /** By which the request is found in the service's log; proxies may replace it. */
  private static final String REQUEST_ID = "X-Request-Id";

  /** What the service repeats in its answer, as it came. */
  private static final String MATCH = "KV-Request-Id";

  private static final String BSON = "application/bson";

  public static Attempt of(Call call, Endpoint endpoint) {
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
        // All that the service speaks. To ask for more would add an offer to upgrade over http.
        .version(HttpClient.Version.HTTP_1_1)
        .method(call.method(), body == null ? BodyPublishers.noBody() : body)
        .header("Accept", BSON)
        .header(REQUEST_ID, id)
        .header(MATCH, id);
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

  /** Returns true if the answer is to this request, as far as it says: old services do not. */
  public boolean isAnsweredBy(HttpHeaders answer) {
    return answer.firstValue(MATCH).map(id::equals).orElse(true);
  }

  /** Returns true if the answer proves that a service wrote it. */
  boolean isRepeatedBy(HttpHeaders answer) {
    return answer.firstValue(MATCH).map(id::equals).orElse(false);
  }

  /** As it can stand in a message: without the query. */
  @Override
  public String toString() {
    return call.method() + " " + endpoint + call.uri().getRawPath();
  }
}
