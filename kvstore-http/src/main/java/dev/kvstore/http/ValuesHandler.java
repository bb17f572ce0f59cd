package dev.kvstore.http;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** {@code /v1/stores/{store}/values}: many values at once, as one document. */
record ValuesHandler(Bodies bodies, Answers answers, RepeatedWrites writes)
    implements ResourceHandler {
  private static final int PAGE = 500;

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
    answers.stream(exchange, format, out -> {
      out.startDocument();
      if (parameters.has("key")) {
        ManyKeys.read(exchange, keys, entry -> writeMember(out, entry));
      } else {
        for (KeyRange visible : exchange.principal().visible(range)) {
          writeAll(exchange, out, visible);
        }
      }
      out.endDocument();
    });
  }

  private static void writeAll(Exchange exchange, DocumentWriter out, KeyRange range)
      throws IOException {
    KeyRange rest = range;
    while (rest != null) {
      KVPage<KVEntry<RawValue>> page = exchange.entries().scan(rest, PAGE, exchange.readOptions());
      for (KVEntry<RawValue> entry : page.items()) {
        writeMember(out, entry);
      }
      rest = page.next().map(rest::after).orElse(null);
    }
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
            : exchange.entries().writeMany(values, options));
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
