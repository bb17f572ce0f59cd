package dev.kvstore.http.api.stores;

import dev.kvstore.DropOptions;
import dev.kvstore.Names;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.DocumentWriter;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.ValueLimits;
import java.io.IOException;

/** {@code /v1/stores/{store}}: describes and drops a store. */
public record StoreHandler(
    EntryDatabase database,
    ResponseWriter responses,
    ValueLimits limits,
    int maxBodyBytes,
    long maxImportBytes)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext context) throws IOException {
    if (context.method().equals("DELETE")) {
      drop(context);
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
      out.name("name").text(context.store());
      if (counts) {
        count.writeTo(out);
      }
      out.name("fallback").nothing();
      out.name("features").startArray();
      out.text("events");
      if (HistoryRequests.history(context).settings().isEnabled()) {
        out.text("history");
      }
      out.endArray();
      writeLimits(out);
      out.endDocument();
    });
  }

  private void writeLimits(DocumentWriter out) throws IOException {
    out.name("limits").startDocument();
    out.name("maxKeyBytes").number(Names.MAX_KEY_BYTES);
    out.name("maxValueBytes").number(limits.maxBytes());
    out.name("maxValueDepth").number(limits.maxDepth());
    out.name("maxBodyBytes").number(maxBodyBytes);
    out.name("maxImportBytes").number(maxImportBytes);
    out.endDocument();
  }

  /** Drops the store, whose name must be repeated as confirmation. */
  private void drop(RequestContext context) {
    Conditions.refuseAll(context.request());
    String store = context.store();
    Parameters parameters = context.parameters("confirm", "purge");
    DropOptions options = WriteRequests.dropOptions(context, parameters);
    String confirmed = parameters.text("confirm");
    if (confirmed == null) {
      throw new ProblemException(
          ErrorKind.PRECONDITION_REQUIRED,
          "This deletes the store '" + store + "' with all its entries; if that is meant, add"
              + " ?confirm=" + store);
    }
    if (!confirmed.equals(store)) {
      throw Parameters.invalid(
          "The parameter 'confirm' must repeat the name of the store, '" + store + "'");
    }
    context.recheck();
    if (!dropAudited(context, options)) {
      throw new ProblemException(ErrorKind.NO_SUCH_RESOURCE, "There is no store '" + store + "'");
    }
    ResponseWriter.answerEmpty(context, 204);
  }

  private boolean dropAudited(RequestContext context, DropOptions options) {
    String outcome = "failed";
    try {
      boolean dropped = database.drop(context.store(), options);
      outcome = dropped ? "done" : "not-found";
      return dropped;
    } finally {
      context.audit("store-dropped", outcome);
      if (options.isPurging()) {
        context.audit("history-purged", outcome);
      }
    }
  }
}
