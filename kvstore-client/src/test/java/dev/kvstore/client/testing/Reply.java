package dev.kvstore.client.testing;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonDocument;

/** The response of a service. */
public final class Reply {
  /** No response: the connection is closed. */
  public static final Reply CUT = empty(0);

  final int status;
  final Map<String, String> headers;
  private final byte[] body;

  Reply(int status, Map<String, String> headers, byte[] body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  public static Reply bson(int status, BsonDocument body) {
    return bytes(status, "application/bson", Bodies.bytes(body));
  }

  public static Reply bytes(int status, String contentType, byte[] body) {
    return new Reply(status, Map.of("Content-Type", contentType), body);
  }

  public static Reply text(int status, String contentType, String body) {
    return bytes(status, contentType, body.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns an error in the service's format.
   *
   * @param members the members of the problem besides its code, as JSON, each after a comma
   */
  public static Reply problem(int status, String code, String members) {
    return text(
        status,
        "application/problem+json;charset=utf-8",
        "{\"status\":" + status + ",\"code\":\"" + code + "\"" + members + "}");
  }

  public static Reply empty(int status) {
    return new Reply(status, Map.of(), new byte[0]);
  }

  /** Returns this with one more header. */
  public Reply with(String header, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(header, value);
    return new Reply(status, more, body);
  }

  public byte[] body() {
    return body;
  }
}
