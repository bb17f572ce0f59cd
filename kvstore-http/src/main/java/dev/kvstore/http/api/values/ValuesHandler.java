package dev.kvstore.http.api.values;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.KVEntry;
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

/** {@code /v1/stores/{store}/values}: many values at once, as one document. */
public record ValuesHandler(RequestBodies bodies, ResponseWriter answers, IdempotencyCache writes)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext exchange) throws IOException {
    if (exchange.method().equals("PUT")) {
      put(exchange);
    } else {
      get(exchange);
    }
  }

  private void get(RequestContext exchange) throws IOException {
    Parameters parameters = exchange.parameters("prefix", "key");
    parameters.excludes("key", "prefix");
    Set<String> keys = parameters.keys();
    AccessControl.checkKeys(exchange.principal(), exchange.store(), keys);
    KeyRange range = KeyRange.of(parameters.query());
    Format format = Format.ofAnswer(exchange.request());
    exchange.allowRevalidation();
    EntryDocument.Entries entries = parameters.has("key")
        ? new ManyKeys(exchange, keys)
        : new PageWalk(exchange, exchange.principal().visible(range));
    answers.stream(
        exchange,
        format,
        new EntryDocument(
            DocumentWriter::startDocument,
            entries,
            ValuesHandler::writeMember,
            DocumentWriter::endDocument));
  }

  private static void writeMember(DocumentWriter out, KVEntry<RawValue> entry) throws IOException {
    out.name(entry.key());
    out.value(ResponseWriter.present(entry));
  }

  private void put(RequestContext exchange) throws IOException {
    Conditions.refuseAll(exchange.request());
    BatchOptions options =
        WriteRequests.batchOptions(exchange, exchange.parameters("atomic", "ttl"));
    Format format = Format.ofAnswer(exchange.request());
    Map<String, RawValue> values = bodies.values(exchange);
    AccessControl.checkKeys(exchange.principal(), exchange.store(), values.keySet());
    BatchResult result = writes.once(
        exchange,
        () -> values.isEmpty()
            ? new BatchResult(0, 0)
            : exchange.entries().apply(new Mutation.Batch(values, options)));
    answers.document(exchange, format, 200, out -> {
      out.startDocument();
      out.name("created");
      out.number(result.created());
      out.name("replaced");
      out.number(result.replaced());
      out.endDocument();
    });
  }
}
