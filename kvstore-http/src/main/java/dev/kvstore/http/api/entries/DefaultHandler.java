package dev.kvstore.http.api.entries;

import dev.kvstore.KVCache;
import dev.kvstore.ReadOptions;
import dev.kvstore.SetDefaultResult;
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
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.io.IOException;

/** {@code /v1/stores/{store}/defaults/{key}}: stores a value if the key has none. */
public record DefaultHandler(
    RequestBodies bodies, ResponseWriter responses, IdempotencyCache writes)
    implements ResourceHandler {
  @Override
  public void handle(RequestContext context) throws IOException {
    Conditions.refuseAll(context.request());
    WriteOptions options =
        WriteRequests.options(context, context.parameters("ttl"), WriteCondition.IF_ABSENT);
    Format format = Format.ofAnswer(context.request());
    RawValue value = bodies.value(context);
    Write write = new Write(context.key(), value, options);
    SetDefaultResult<RawValue> result = writes.once(context, () -> {
      forgetWhatIsTooOld(context);
      responses.reserve(context, format, value);
      return context.entries().apply(new Mutation.PutIfAbsent(write));
    });
    if (context.isReplayed() || !result.stored()) {
      responses.reserve(context, format, ResponseWriter.present(result.entry()));
    }
    responses.entry(context, format, result.stored() ? 201 : 200, result.entry());
  }

  /**
   * Invalidates a cached entry that is older than the request demands, because an existing value
   * would be returned from the cache.
   */
  private static void forgetWhatIsTooOld(RequestContext context) {
    EntryStore store = context.entries();
    ReadOptions demand = context.readOptions();
    if (!demand.equals(ReadOptions.DEFAULT) && store.peek(context.key(), demand) == null) {
      store.capability(KVCache.class).ifPresent(cache -> cache.invalidate(context.key()));
    }
  }
}
