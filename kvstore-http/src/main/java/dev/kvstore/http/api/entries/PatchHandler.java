package dev.kvstore.http.api.entries;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.http.api.IdempotencyCache;
import dev.kvstore.http.api.WriteRequests;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.wire.Conditions;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.bson.MergePatch;
import dev.kvstore.internal.support.Contention;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import dev.kvstore.spi.Write;
import java.io.IOException;

/** {@code PATCH} of an entry: a read, a merge and a compare-and-set, until nobody came between. */
public record PatchHandler(
    RequestBodies bodies, ResponseWriter responses, ValueLimits limits, IdempotencyCache writes) {
  /** What a near-cache holds may be too old for the comparison to hold, and for a 404. */
  private static final ReadOptions PRESENT = ReadOptions.DEFAULT.bypassingCache();

  void handle(RequestContext context, EntryStore store) throws IOException {
    WriteCondition condition = Conditions.ofWrite(context.request());
    WriteOptions options = WriteRequests.patching(context, context.parameters("ttl"));
    Format format = Format.ofAnswer(context.request());
    RawValue patch = bodies.mergePatch(context);
    KVEntry<RawValue> patched =
        writes.once(context, () -> merge(context, store, patch, condition, options, format));
    if (context.isReplayed()) {
      responses.reserve(context, format, ResponseWriter.present(patched));
    }
    responses.entry(context, format, 200, patched);
  }

  private KVEntry<RawValue> merge(
      RequestContext context,
      EntryStore store,
      RawValue patch,
      WriteCondition condition,
      WriteOptions options,
      Format format) {
    String key = context.key();
    Contention contention = new Contention(key);
    while (true) {
      KVEntry<RawValue> present = store.find(key, PRESENT).orElse(null);
      String etag = present == null ? null : present.etag();
      if (!condition.holdsFor(etag)) {
        throw new PreconditionFailedException(key, condition, etag);
      }
      if (present == null || etag == null) {
        throw new KeyNotFoundException(key);
      }
      RawValue merged = MergePatch.apply(patch, ResponseWriter.present(present), limits);
      responses.reserve(context, format, merged);
      WriteOptions unchanged = options.condition(WriteCondition.ifMatch(etag));
      try {
        KVMetadata written = store.apply(new Mutation.Put(new Write(key, merged, unchanged)));
        return KVEntry.of(merged, written);
      } catch (PreconditionFailedException e) {
        contention.lost();
      }
    }
  }
}
