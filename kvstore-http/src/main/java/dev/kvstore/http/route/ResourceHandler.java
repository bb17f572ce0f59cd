package dev.kvstore.http.route;

import java.io.IOException;

/** Answers the requests for one kind of resource, of the methods that its route allows. */
public interface ResourceHandler {
  void handle(RequestContext context) throws IOException;

  /** Returns true if the answer depends on nothing but what is in memory. */
  default boolean isInMemory() {
    return false;
  }
}
