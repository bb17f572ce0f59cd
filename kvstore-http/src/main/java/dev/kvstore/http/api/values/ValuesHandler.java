package dev.kvstore.http.api.values;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.KVEntry;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.api.IdempotencyCache;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.DocumentWriter;
import dev.kvstore.http.wire.EntryDocument;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** {@code /v1/stores/{store}/values}: many values as one document. */
public record ValuesHandler(RequestBodies bodies, ResponseWriter responses, IdempotencyCache writes)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext context) throws IOException {
    if (context.method().equals("PUT")) {
      put(context);
    } else {
      get(context);
    }
  }

  private void get(RequestContext context) throws IOException {
    Parameters parameters = context.parameters("prefix", "key", "at");
    parameters.excludes("key", "prefix");
    Set<String> keys = parameters.keys();
    AccessControl.checkKeys(context.principal(), context.store(), keys);
    KeyRange range = KeyRange.of(parameters.query());
    Format format = Format.ofAnswer(context.request());
    HistoryRequests.demandAt(context, parameters);
    context.allowRevalidation();
    EntryDocument.Entries entries = parameters.has("key")
        ? new ManyKeys(context, keys)
        : new PageWalk(context, context.principal().visible(range));
    responses.stream(
        context,
        format,
        new EntryDocument(
            DocumentWriter::startDocument,
            entries,
            ValuesHandler::writeMember,
            DocumentWriter::endDocument));
  }

  private static void writeMember(DocumentWriter out, KVEntry<RawValue> entry) throws IOException {
    out.name(entry.key()).value(ResponseWriter.present(entry));
  }

  private void put(RequestContext context) throws IOException {
    Conditions.refuseAll(context.request());
    BatchOptions options = WriteRequests.batchOptions(context, context.parameters("atomic", "ttl"));
    Format format = Format.ofAnswer(context.request());
    Map<String, RawValue> values = bodies.values(context);
    AccessControl.checkKeys(context.principal(), context.store(), values.keySet());
    BatchResult result = writes.once(
        context,
        () -> values.isEmpty()
            ? new BatchResult(0, 0)
            : context.entries().apply(new Mutation.Batch(values, options)));
    responses.document(context, format, 200, out -> {
      out.startDocument();
      out.name("created").number(result.created());
      out.name("replaced").number(result.replaced());
      out.endDocument();
    });
  }
}
