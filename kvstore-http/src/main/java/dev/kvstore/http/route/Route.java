package dev.kvstore.http.route;

import dev.kvstore.http.auth.Access;
import java.util.List;

/**
 * One line of the route table.
 *
 * @param path as the OpenAPI description has it
 * @param methods {@code HEAD} and {@code OPTIONS} included
 * @param maxBodyBytes the most bytes that the body of a request has
 */
public record Route(
    String path, List<String> methods, Access access, long maxBodyBytes, ResourceHandler handler) {
  public String allow() {
    return String.join(", ", methods);
  }
}
