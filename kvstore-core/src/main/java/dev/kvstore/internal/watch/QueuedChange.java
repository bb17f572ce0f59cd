package dev.kvstore.internal.watch;

import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.KVType;
import dev.kvstore.KVWatcher;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.RawValue;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A change that waits in the queue of its watcher. */
final class QueuedChange implements KVChange, Consumer<KVWatcher> {
  private final Change change;
  private final WatchHub.@Nullable Decoder decoder;

  // Confined to the watch's runner until the watcher is called.
  private @Nullable KVEntry<RawValue> entry;
  private boolean read;

  /** @param decoder null if the watcher wants no values */
  QueuedChange(Change change, WatchHub.@Nullable Decoder decoder) {
    this.change = change;
    this.decoder = decoder;
    this.read = decoder == null || change.kind() != KVChange.Kind.SET;
  }

  /** Returns true if the watcher wants the entry and it was not read yet. */
  boolean isUnread() {
    return !read;
  }

  /** @param found the existing entries of many keys */
  void read(Map<String, KVEntry<RawValue>> found) {
    entry = found.get(change.key());
    read = true;
  }

  @Override
  public void accept(KVWatcher watcher) {
    watcher.changed(this);
  }

  @Override
  public Kind kind() {
    return change.kind();
  }

  @Override
  public String key() {
    return change.key();
  }

  @Override
  public long version() {
    return change.version() == Change.UNKNOWN_VERSION ? 0 : change.version();
  }

  @Override
  public Optional<String> etag() {
    return Optional.ofNullable(change.etag());
  }

  @Override
  public SyncToken position() {
    return new SyncToken(change.position());
  }

  @Override
  public <T> Optional<KVEntry<T>> entry(KVType<T> type) {
    if (decoder == null) {
      throw new IllegalStateException("The change of key '" + key()
          + "' has no value: begin the watch with WatchOptions.withValues()");
    }
    return entry == null ? Optional.empty() : Optional.of(decoder.decode(entry, type));
  }

  /** Omits the value, which may be a secret. */
  @Override
  public String toString() {
    return "KVChange[" + kind() + " " + key() + " version " + version() + "]";
  }
}
