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
 * A single attempt to send a call to one endpoint.
 *
 * @param id identifies this attempt; the service returns it in its response and logs it
 * @param body null if the call has none
 */
public record Attempt(
    Call call, Endpoint endpoint, String id, @Nullable OneShotBody body) {
  /** The header that identifies the request in the service's log; proxies may replace it. */
  private static final String REQUEST_ID = "X-Request-Id";

  /** The header that the service returns unchanged. */
  private static final String MATCH = "KV-Request-Id";

  private static final String BSON = "application/bson";

  public static Attempt of(Call call, Endpoint endpoint) {
    byte[] body = call.body();
    String id = new ObjectId().toHexString();
    return new Attempt(call, endpoint, id, body == null ? null : new OneShotBody(body));
  }

  /**
   * Stops sending. Returns true if the service certainly did nothing, because the body was never
   * sent. For a write without a body that is never certain.
   */
  boolean withdraw() {
    return body != null && body.withdraw();
  }

  /**
   * @param token supplies the token; null to send none
   * @param seen the latest token seen; the response must not be older
   */
  HttpRequest toRequest(@Nullable Supplier<String> token, SyncToken seen) {
    HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.at(call.uri()))
        // The only version of the service. HTTP/2 would add an upgrade offer over http.
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
      // In addition to the one that the call may have: the later of the two counts.
      request.header(SeenToken.HEADER, seen.toString());
    }
    return request.build();
  }

  /**
   * Returns true unless the response belongs to another request; old services do not return the id.
   */
  public boolean isAnsweredBy(HttpHeaders answer) {
    return answer.firstValue(MATCH).map(id::equals).orElse(true);
  }

  /** Returns true if the response proves that it is from a kvstore service. */
  boolean isRepeatedBy(HttpHeaders answer) {
    return answer.firstValue(MATCH).map(id::equals).orElse(false);
  }

  /** Describes the attempt for messages, without the query. */
  @Override
  public String toString() {
    return call.method() + " " + endpoint + call.uri().getRawPath();
  }
}
