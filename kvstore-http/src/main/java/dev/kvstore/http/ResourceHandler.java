package dev.kvstore.http;

import java.io.IOException;

/** Answers the requests for one kind of resource, of the methods that it allows. */
interface ResourceHandler {
  void handle(Exchange exchange) throws IOException;
}
