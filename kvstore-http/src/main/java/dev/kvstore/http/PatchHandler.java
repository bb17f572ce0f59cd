package dev.kvstore.http;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.bson.MergePatch;
import dev.kvstore.internal.support.Contention;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import dev.kvstore.spi.Write;
import java.io.IOException;

/** {@code PATCH} of an entry: a read, a merge and a compare-and-set, until nobody came between. */
record PatchHandler(Bodies bodies, Answers answers, ValueLimits limits, RepeatedWrites writes) {
  /** What a near-cache holds may be too old for the comparison to hold, and for a 404. */
  private static final ReadOptions PRESENT = ReadOptions.DEFAULT.bypassingCache();

  void handle(Exchange exchange, EntryStore store) throws IOException {
    WriteCondition condition = Conditions.ofWrite(exchange.request());
    WriteOptions options = WriteRequests.patching(exchange, exchange.parameters("ttl"));
    Format format = exchange.answerFormat();
    RawValue patch = bodies.mergePatch(exchange);
    KVEntry<RawValue> patched =
        writes.once(exchange, () -> merge(exchange, store, patch, condition, options, format));
    if (exchange.isReplayed()) {
      answers.reserve(exchange, format, Answers.present(patched));
    }
    answers.entry(exchange, format, 200, patched);
  }

  private KVEntry<RawValue> merge(
      Exchange exchange,
      EntryStore store,
      RawValue patch,
      WriteCondition condition,
      WriteOptions options,
      Format format) {
    String key = exchange.key();
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
      RawValue merged = MergePatch.apply(patch, Answers.present(present), limits);
      answers.reserve(exchange, format, merged);
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
