package dev.kvstore.http.api.stores;

import dev.kvstore.Names;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.DocumentWriter;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.ValueLimits;
import java.io.IOException;

/** {@code /v1/stores/{store}}: what a store is, and how to drop it. */
public record StoreHandler(
    DropHandler drops, ResponseWriter answers, ValueLimits limits, int maxBodyBytes)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext exchange) throws IOException {
    if (exchange.method().equals("DELETE")) {
      drops.handle(exchange);
    } else {
      get(exchange);
    }
  }

  private void get(RequestContext exchange) throws IOException {
    boolean counts =
        exchange.parameters("counts").choice("counts", "true", "false").equals("true");
    Format format = Format.ofAnswer(exchange.request());
    EntryCount count = counts
        ? EntryCount.of(exchange.entries(), exchange)
        : EntryCount.ofFirst(exchange.entries(), exchange);
    if (count.isNone()) {
      throw new ProblemException(
          ErrorKind.NO_SUCH_RESOURCE, "The store '" + exchange.store() + "' has no entry");
    }
    exchange.allowRevalidation();
    answers.document(exchange, format, 200, out -> {
      out.startDocument();
      out.name("name");
      out.text(exchange.store());
      if (counts) {
        count.writeTo(out);
      }
      out.name("fallback");
      out.nothing();
      out.name("features");
      out.startArray();
      out.text("events");
      out.endArray();
      writeLimits(out);
      out.endDocument();
    });
  }

  private void writeLimits(DocumentWriter out) throws IOException {
    out.name("limits");
    out.startDocument();
    out.name("maxKeyBytes");
    out.number(Names.MAX_KEY_BYTES);
    out.name("maxValueBytes");
    out.number(limits.maxBytes());
    out.name("maxValueDepth");
    out.number(limits.maxDepth());
    out.name("maxBodyBytes");
    out.number(maxBodyBytes);
    out.endDocument();
  }
}
