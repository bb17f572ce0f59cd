package dev.kvstore.http;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.bson.MergePatch;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import dev.kvstore.spi.Write;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** {@code PATCH} of an entry: a read, a merge and a compare-and-set, until nobody came between. */
record PatchHandler(Bodies bodies, Answers answers, ValueLimits limits, RepeatedWrites writes) {
  /**
   * Every failure means that another writer got through, so it takes very many writers to fail this
   * often.
   */
  private static final int MAX_ATTEMPTS = 1000;

  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** What a near-cache holds may be too old for the comparison to hold, and for a 404. */
  private static final ReadOptions PRESENT = ReadOptions.DEFAULT.bypassingCache();

  void handle(Exchange exchange, EntryStore store) throws IOException {
    WriteCondition condition = Conditions.ofWrite(exchange.request());
    WriteOptions options = WriteRequests.patching(exchange, exchange.parameters("ttl"));
    Format format = exchange.answerFormat();
    RawValue patch = bodies.mergePatch(exchange);
    KVEntry<RawValue> patched =
        writes.once(exchange, () -> merge(store, exchange.key(), patch, condition, options));
    answers.entry(exchange, format, 200, patched);
  }

  private KVEntry<RawValue> merge(
      EntryStore store,
      String key,
      RawValue patch,
      WriteCondition condition,
      WriteOptions options) {
    for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      KVEntry<RawValue> present = store.read(key, PRESENT).orElse(null);
      String etag = present == null ? null : present.etag();
      if (!condition.holdsFor(etag)) {
        throw new PreconditionFailedException(key, condition, etag);
      }
      if (present == null || etag == null) {
        throw new KeyNotFoundException(key);
      }
      RawValue merged = MergePatch.apply(patch, Answers.present(present), limits);
      WriteOptions unchanged = options.condition(WriteCondition.ifMatch(etag));
      try {
        KVMetadata written = store.write(new Write(key, merged, unchanged));
        return new KVEntry<>(merged, written);
      } catch (PreconditionFailedException e) {
        pause(attempt);
      }
    }
    throw new KVException(
        ErrorCode.CONFLICT,
        "Key '" + key + "' was changed by others each of the " + MAX_ATTEMPTS
            + " times that the patch was tried; nothing was changed");
  }

  private static void pause(int attempt) {
    long atMost = Math.min(LONGEST_PAUSE_NANOS, 50_000L << Math.min(attempt, 10));
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(atMost));
  }
}
