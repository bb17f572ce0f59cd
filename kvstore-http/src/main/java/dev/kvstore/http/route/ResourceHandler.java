package dev.kvstore.http.route;

import dev.kvstore.http.limits.BodyFiles;
import java.io.IOException;
import java.util.Optional;

/** Handles the requests for one kind of resource, with the methods that its route allows. */
public interface ResourceHandler {
  void handle(RequestContext context) throws IOException;

  /** Returns true if handling a request never blocks, because everything is in memory. */
  default boolean isInMemory() {
    return false;
  }

  /** Returns the files for request bodies; empty to keep them in memory. */
  default Optional<BodyFiles> bodyFiles() {
    return Optional.empty();
  }
}
