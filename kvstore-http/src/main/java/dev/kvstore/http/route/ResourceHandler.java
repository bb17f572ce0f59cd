package dev.kvstore.http.route;

import java.io.IOException;

/** Answers the requests for one kind of resource, of the methods that it allows. */
public interface ResourceHandler {
  void handle(RequestContext context) throws IOException;
}
