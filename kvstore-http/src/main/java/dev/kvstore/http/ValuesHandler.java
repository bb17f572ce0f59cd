package dev.kvstore.http;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.KVEntry;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** {@code /v1/stores/{store}/values}: many values at once, as one document. */
record ValuesHandler(Bodies bodies, Answers answers, RepeatedWrites writes)
    implements ResourceHandler {
  @Override
  public void handle(Exchange exchange) throws IOException {
    if (exchange.method().equals("PUT")) {
      put(exchange);
    } else {
      get(exchange);
    }
  }

  private void get(Exchange exchange) throws IOException {
    Parameters parameters = exchange.parameters("prefix", "key");
    parameters.excludes("key", "prefix");
    Set<String> keys = parameters.keys();
    Gate.checkKeys(exchange, keys);
    KeyRange range = KeyRange.of(parameters.query());
    Format format = exchange.answerFormat();
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
    out.value(Answers.present(entry));
  }

  private void put(Exchange exchange) throws IOException {
    Conditions.refuseAll(exchange.request());
    BatchOptions options =
        WriteRequests.batchOptions(exchange, exchange.parameters("atomic", "ttl"));
    Format format = exchange.answerFormat();
    Map<String, RawValue> values = bodies.values(exchange);
    Gate.checkKeys(exchange, values.keySet());
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
