package dev.kvstore.http.route;

import dev.kvstore.http.limits.BodyFiles;
import java.io.IOException;
import java.util.Optional;

/** Answers the requests for one kind of resource, of the methods that its route allows. */
public interface ResourceHandler {
  void handle(RequestContext context) throws IOException;

  /** Returns true if the answer depends on nothing but what is in memory. */
  default boolean isInMemory() {
    return false;
  }

  /** Returns where bodies are kept until they are read; empty for those that fit into memory. */
  default Optional<BodyFiles> bodyFiles() {
    return Optional.empty();
  }
}
