package dev.kvstore.http.api.entries;

import dev.kvstore.KVEntry;
import dev.kvstore.WriteOptions;
import dev.kvstore.http.api.IdempotencyCache;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import java.io.IOException;

/** {@code /v1/stores/{store}/counters/{key}}: a whole number that is added to. */
public record CounterHandler(RequestBodies bodies, ResponseWriter answers, IdempotencyCache writes)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext exchange) throws IOException {
    WriteOptions options = WriteRequests.options(
        exchange, exchange.parameters("ttl"), Conditions.ofWrite(exchange.request()));
    Format format = Format.ofAnswer(exchange.request());
    long by = bodies.increment(exchange);
    KVEntry<RawValue> counted = writes.once(
        exchange, () -> exchange.entries().apply(new Mutation.Add(exchange.key(), by, options)));
    answers.entry(exchange, format, 200, counted);
  }
}
