package dev.kvstore;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * Receives the changes of a store. Called by one thread at a time, never by the thread that made
 * the change. Changes of the same key are reported in order; a change may be reported more than
 * once. Exceptions are logged, and the watch continues. The watcher may block, but gets a
 * {@link #reset()} if its queue overflows.
 *
 * <pre>{@code
 * store.watchAll("ui.", KVWatcher.of(
 *     change -> cache.invalidate(change.key()),
 *     position -> cache.invalidateAll()));
 * }</pre>
 */
public interface KVWatcher {
  /**
   * Returns a watcher that reloads at {@link #ready} and ignores {@link #reset()}, because
   * {@code ready} follows it.
   *
   * @param changed called with each change
   * @param reload called at the start and after each reset, with the position after which no change
   *     will be missed; reload the values here, see {@link #ready}
   * @since 0.1.0
   */
  static KVWatcher of(Consumer<? super KVChange> changed, Consumer<? super SyncToken> reload) {
    Objects.requireNonNull(changed, "changed");
    Objects.requireNonNull(reload, "reload");
    return new KVWatcher() {
      @Override
      public void changed(KVChange change) {
        changed.accept(change);
      }

      @Override
      public void ready(SyncToken position) {
        reload.accept(position);
      }

      @Override
      public void reset() {}
    };
  }

  /** Reports a change of a key. */
  void changed(KVChange change);

  /**
   * Reports that from this position on no change will be missed. Reload your values now, at least
   * as new as {@code position}; later changes arrive through {@link #changed}. Called first, unless
   * a {@link #reset()} comes before it, and after each reset.
   */
  default void ready(SyncToken position) {}

  /**
   * Reports that changes may have been missed: the connection was lost for longer than the database
   * keeps changes, the store was dropped, or this watcher was too slow. Stop relying on earlier
   * changes. Nothing else is reported until {@link #ready(SyncToken)}; reload there.
   */
  void reset();
}
