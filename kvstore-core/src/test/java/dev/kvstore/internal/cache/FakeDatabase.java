package dev.kvstore.internal.cache;

import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteCondition;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.RawValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A linearizable database: each write is one step, and there is a log of all changes. Thread-safe.
 */
final class FakeDatabase {
  private final Map<String, KVEntry<RawValue>> entries = new TreeMap<>();
  private final Map<Long, Map<String, KVEntry<RawValue>>> past = new HashMap<>();
  private final List<Change> log = new ArrayList<>();
  private final boolean remembers;
  private long position = 100;
  private BiConsumer<String, Optional<RawValue>> observer = (key, value) -> {};

  FakeDatabase() {
    this(false);
  }

  /** @param remembers true to allow reads of the past, for lagging replicas */
  FakeDatabase(boolean remembers) {
    this.remembers = remembers;
    remember();
  }

  /** Notifies the observer of each change in the same step. */
  synchronized void observe(BiConsumer<String, Optional<RawValue>> newObserver) {
    observer = newObserver;
  }

  static RawValue value(int number) {
    ByteBuffer document = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    document.putInt(16).put((byte) 16).put(new byte[] {'v', 'a', 'l', 'u', 'e', 0});
    return RawValue.ofDocument(document.putInt(number).put((byte) 0).array());
  }

  /** Returns text of this many bytes. */
  static RawValue text(int length) {
    int size = 4 + 1 + 6 + 4 + length + 1 + 1;
    ByteBuffer document = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    document.putInt(size).put((byte) 2).put(new byte[] {'v', 'a', 'l', 'u', 'e', 0});
    document.putInt(length + 1);
    for (int i = 0; i < length; i++) {
      document.put((byte) 'x');
    }
    return RawValue.ofDocument(document.put((byte) 0).put((byte) 0).array());
  }

  synchronized Optional<KVEntry<RawValue>> get(String key) {
    return Optional.ofNullable(entries.get(key));
  }

  synchronized List<KVEntry<RawValue>> all() {
    return List.copyOf(entries.values());
  }

  /** Returns the entry as of this position, as a lagging replica would. */
  synchronized Optional<KVEntry<RawValue>> getAsOf(long at, String key) {
    return Optional.ofNullable(past.getOrDefault(at, Map.of()).get(key));
  }

  synchronized long position() {
    return position;
  }

  synchronized List<Change> changesFrom(int index) {
    return List.copyOf(log.subList(index, log.size()));
  }

  synchronized int changes() {
    return log.size();
  }

  KVMetadata set(String key, int value) {
    return set(key, value(value), WriteCondition.NONE, null);
  }

  synchronized KVMetadata set(
      String key, RawValue value, WriteCondition condition, @Nullable Instant expiresAt) {
    KVEntry<RawValue> before = entries.get(key);
    String etag = before == null ? null : before.etag();
    if (!condition.holdsFor(etag)) {
      throw new PreconditionFailedException(key, condition, etag);
    }
    return put(key, value, before == null ? 1 : before.version() + 1, expiresAt);
  }

  /** Overwrites an expired entry, without a delete before. */
  synchronized KVMetadata revive(String key, int value) {
    return put(key, value(value), 1, null);
  }

  synchronized boolean delete(String key) {
    if (entries.remove(key) == null) {
      return false;
    }
    position++;
    log.add(new Change(KVChange.Kind.DELETE, key, 0, null, position));
    observer.accept(key, Optional.empty());
    remember();
    return true;
  }

  /** Advances the position, as a write elsewhere would. */
  synchronized void advance() {
    position++;
    remember();
  }

  private KVMetadata put(String key, RawValue value, long version, @Nullable Instant expiresAt) {
    position++;
    KVMetadata metadata = KVMetadata.of(
        key, version, "etag-" + position, Instant.EPOCH, Instant.EPOCH, null, expiresAt);
    entries.put(key, KVEntry.of(value, metadata));
    log.add(new Change(KVChange.Kind.SET, key, version, metadata.etag(), position));
    observer.accept(key, Optional.of(value));
    remember();
    return metadata;
  }

  private void remember() {
    if (remembers) {
      past.put(position, new HashMap<>(entries));
    }
  }
}
