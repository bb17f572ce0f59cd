package dev.kvstore.http.auth;

import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVQuery;
import dev.kvstore.KVType;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The acknowledgements of the running services that share a database: one entry per service, which
 * expires soon after the service has ended. Not thread-safe.
 */
final class NodeReceipts {
  private static final Logger LOG = LoggerFactory.getLogger(NodeReceipts.class);

  private static final Duration RENEWAL = Duration.ofSeconds(20);
  private static final Duration LIFETIME = RENEWAL.multipliedBy(3);
  private static final KVType<String> TEXT = KVType.of(String.class);

  private final EntryStore store;
  private final LongSupplier nanoTime;
  private final BsonCodec codec = BsonCodec.create();
  private final String node = UUID.randomUUID().toString();
  private @Nullable String written;
  private long writtenAt;

  NodeReceipts(EntryStore store, LongSupplier nanoTime) {
    this.store = store;
    this.nanoTime = nanoTime;
  }

  void acknowledge(String fingerprint) {
    long now = nanoTime.getAsLong();
    if (fingerprint.equals(written) && now - writtenAt < RENEWAL.toNanos()) {
      return;
    }
    try {
      store.apply(new Mutation.Put(
          new Write(node, codec.encode(fingerprint), WriteOptions.DEFAULT.ttl(LIFETIME))));
      written = fingerprint;
      writtenAt = now;
    } catch (KVException e) {
      written = null;
      LOG.debug("That this node goes by the tokens cannot be written down", e);
    }
  }

  List<String> acknowledged() {
    return store.stream(KeyRange.ALL, Projection.ENTRIES, KVQuery.MAX_LIMIT, ReadOptions.DEFAULT)
        .map(this::fingerprint)
        .toList();
  }

  private String fingerprint(KVEntry<RawValue> entry) {
    RawValue value = entry.value();
    String fingerprint = value == null ? null : codec.decode(entry.key(), value, TEXT);
    return Objects.requireNonNullElse(fingerprint, "");
  }

  void leave() {
    if (written == null) {
      return;
    }
    try {
      store.apply(new Mutation.Delete(node, WriteOptions.DEFAULT));
    } catch (KVException e) {
      LOG.debug("What this node has acknowledged cannot be deleted; it expires", e);
    }
  }
}
