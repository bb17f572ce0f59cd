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

/** {@code /v1/stores/{store}/counters/{key}}: a whole number to increment. */
public record CounterHandler(
    RequestBodies bodies, ResponseWriter responses, IdempotencyCache writes)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext context) throws IOException {
    WriteOptions options = WriteRequests.options(
        context, context.parameters("ttl"), Conditions.ofWrite(context.request()));
    Format format = Format.ofAnswer(context.request());
    long by = bodies.increment(context);
    KVEntry<RawValue> counted = writes.once(
        context, () -> context.entries().apply(new Mutation.Add(context.key(), by, options)));
    responses.entry(context, format, 200, counted);
  }
}
