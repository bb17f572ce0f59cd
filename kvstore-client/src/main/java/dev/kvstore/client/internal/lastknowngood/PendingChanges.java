package dev.kvstore.client.internal.lastknowngood;

import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The changed keys of a store that must be read again. Thread-safe. */
final class PendingChanges implements ChangeSink {
  /** The maximum number of changed keys; beyond it the whole store is read. */
  static final int MOST_KEYS = 10_000;

  private final Runnable wake;

  // Guarded by this.
  private final Set<String> keys = new HashSet<>();
  private boolean all = true;
  private boolean heard;

  /** The position up to which all changes were reported. */
  private long reached;

  /** The position of the latest change. */
  private long latest;

  /** @param wake called after each change, by the thread that reports it */
  PendingChanges(Runnable wake) {
    this.wake = wake;
  }

  /**
   * The keys to read.
   *
   * @param all true to read the whole store, regardless of the keys
   * @param position the position that the read must be at least as new as
   */
  record Work(boolean all, Set<String> keys, long position) {
    boolean isEmpty() {
      return !all && keys.isEmpty();
    }

    /** Returns options for a read that includes these changes. */
    ReadOptions demand() {
      // Without positions it is unknown if a cache has received the changes already, so bypass it.
      return position == 0
          ? ReadOptions.DEFAULT.bypassingCache()
          : ReadOptions.atLeast(new SyncToken(position));
    }
  }

  /** Returns and clears the pending work. */
  synchronized Work take() {
    Work work = new Work(all, Set.copyOf(keys), latest);
    keys.clear();
    all = false;
    return work;
  }

  /** Adds work again that was not done. */
  synchronized void putBack(Work work) {
    all |= work.all();
    add(work.keys());
  }

  synchronized boolean isEmpty() {
    return !all && keys.isEmpty();
  }

  /** Returns true if the whole store must be read. */
  synchronized boolean isAll() {
    return all;
  }

  /** Returns true while every change is reported here. */
  synchronized boolean isHeard() {
    return heard;
  }

  /** Returns true if all changes up to this position were reported, or none ever will be. */
  synchronized boolean hasReached(long other) {
    return !heard || reached >= other;
  }

  /** Requires a read of the whole store. */
  synchronized void addAll() {
    all = true;
    keys.clear();
  }

  /** Requires a read of these keys. */
  void changed(Collection<String> changed) {
    add(changed);
    wake.run();
  }

  private synchronized void add(Collection<String> more) {
    if (!all) {
      keys.addAll(more);
      if (keys.size() > MOST_KEYS) {
        addAll();
      }
    }
  }

  @Override
  public void positioned(long at) {
    synchronized (this) {
      heard = true;
      reached = Math.max(reached, at);
      latest = Math.max(latest, at);
      addAll();
    }
    wake.run();
  }

  @Override
  public void changed(List<Change> changes, long upTo) {
    synchronized (this) {
      reached = Math.max(reached, upTo);
      changes.forEach(change -> latest = Math.max(latest, change.position()));
      add(changes.stream().map(Change::key).toList());
    }
    wake.run();
  }

  @Override
  public synchronized void missed() {
    // Everything is read when this sink is positioned again.
    heard = false;
  }
}
