package dev.kvstore.http;

import dev.kvstore.KVEntry;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import java.io.IOException;

/** {@code /v1/stores/{store}/counters/{key}}: a whole number that is added to. */
record CounterHandler(Bodies bodies, Answers answers, RepeatedWrites writes)
    implements ResourceHandler {
  @Override
  public void handle(Exchange exchange) throws IOException {
    WriteOptions options = WriteRequests.options(
        exchange, exchange.parameters("ttl"), Conditions.ofWrite(exchange.request()));
    Format format = exchange.answerFormat();
    long by = bodies.increment(exchange);
    KVEntry<RawValue> counted = writes.once(
        exchange, () -> exchange.entries().apply(new Mutation.Add(exchange.key(), by, options)));
    answers.entry(exchange, format, 200, counted);
  }
}
