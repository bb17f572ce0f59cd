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
    DropHandler drops, ResponseWriter responses, ValueLimits limits, int maxBodyBytes)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext context) throws IOException {
    if (context.method().equals("DELETE")) {
      drops.handle(context);
    } else {
      get(context);
    }
  }

  private void get(RequestContext context) throws IOException {
    boolean counts =
        context.parameters("counts").choice("counts", "true", "false").equals("true");
    Format format = Format.ofAnswer(context.request());
    EntryCount count = counts
        ? EntryCount.of(context.entries(), context)
        : EntryCount.ofFirst(context.entries(), context);
    if (count.isNone()) {
      throw new ProblemException(
          ErrorKind.NO_SUCH_RESOURCE, "The store '" + context.store() + "' has no entry");
    }
    context.allowRevalidation();
    responses.document(context, format, 200, out -> {
      out.startDocument();
      out.name("name");
      out.text(context.store());
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
