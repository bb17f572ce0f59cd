package dev.kvstore.http.api.entries;

import dev.kvstore.KVCache;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.http.api.IdempotencyCache;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.Defaulted;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.io.IOException;

/** {@code /v1/stores/{store}/defaults/{key}}: the value that a key gets if it has none. */
public record DefaultHandler(RequestBodies bodies, ResponseWriter answers, IdempotencyCache writes)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext exchange) throws IOException {
    Conditions.refuseAll(exchange.request());
    WriteOptions options =
        WriteRequests.options(exchange, exchange.parameters("ttl"), WriteCondition.IF_ABSENT);
    Format format = Format.ofAnswer(exchange.request());
    RawValue value = bodies.value(exchange);
    Write write = new Write(exchange.key(), value, options);
    Defaulted result = writes.once(exchange, () -> {
      forgetWhatIsTooOld(exchange);
      answers.reserve(exchange, format, value);
      return exchange.entries().apply(new Mutation.PutIfAbsent(write));
    });
    if (exchange.isReplayed() || !result.stored()) {
      answers.reserve(exchange, format, ResponseWriter.present(result.entry()));
    }
    answers.entry(exchange, format, result.stored() ? 201 : 200, result.entry());
  }

  /** What is kept would come from the cache, which may be behind what the request demands. */
  private static void forgetWhatIsTooOld(RequestContext exchange) {
    EntryStore store = exchange.entries();
    ReadOptions demand = exchange.readOptions();
    if (!demand.equals(ReadOptions.DEFAULT) && store.peek(exchange.key(), demand) == null) {
      store.capability(KVCache.class).ifPresent(cache -> cache.invalidate(exchange.key()));
    }
  }
}
