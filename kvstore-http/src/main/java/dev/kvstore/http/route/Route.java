package dev.kvstore.http.route;

import dev.kvstore.http.auth.Access;
import java.util.List;

/**
 * A route of the route table.
 *
 * @param path the path as in the OpenAPI description
 * @param methods the methods, including {@code HEAD} and {@code OPTIONS}
 * @param maxBodyBytes the maximum size of a request's body in bytes
 */
public record Route(
    String path, List<String> methods, Access access, long maxBodyBytes, ResourceHandler handler) {
  public String allow() {
    return String.join(", ", methods);
  }
}
