package dev.kvstore.client.internal.lastknowngood;

import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What has changed in a store and is to be read again. Thread-safe. */
final class PendingChanges implements ChangeSink {
  /** With more changed keys than this, the whole store is read. */
  static final int MOST_KEYS = 10_000;

  private final Runnable wake;

  // Guarded by this.
  private final Set<String> keys = new HashSet<>();
  private boolean all = true;
  private boolean heard;

  /** All changes up to here were reported. */
  private long reached;

  /** Of the latest change. */
  private long latest;

  /** @param wake called after each change, by the thread that brings it */
  PendingChanges(Runnable wake) {
    this.wake = wake;
  }

  /**
   * What to read.
   *
   * @param all the whole store, whatever the keys are
   * @param position a point in the store's history that the read must not be before
   */
  record Work(boolean all, Set<String> keys, long position) {
    boolean isEmpty() {
      return !all && keys.isEmpty();
    }

    /** Returns options for a read that has these changes in it. */
    ReadOptions demand() {
      // Without positions nobody can tell whether a cache has heard of the changes already.
      return position == 0
          ? ReadOptions.DEFAULT.bypassingCache()
          : ReadOptions.atLeast(new SyncToken(position));
    }
  }

  /** Returns what is to be read, and forgets it. */
  synchronized Work take() {
    Work work = new Work(all, Set.copyOf(keys), latest);
    keys.clear();
    all = false;
    return work;
  }

  /** The work was not done. */
  synchronized void putBack(Work work) {
    all |= work.all();
    add(work.keys());
  }

  synchronized boolean isEmpty() {
    return !all && keys.isEmpty();
  }

  /** Returns true if the whole store has to be read. */
  synchronized boolean isAll() {
    return all;
  }

  /** Returns true while every change is reported here. */
  synchronized boolean isHeard() {
    return heard;
  }

  /** Returns true if all changes up to that position have been reported, or none ever will be. */
  synchronized boolean hasReached(long other) {
    return !heard || reached >= other;
  }

  /** The whole store has to be read. */
  synchronized void addAll() {
    all = true;
    keys.clear();
  }

  /** These keys have to be read. */
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
    // All is read when this is positioned anew.
    heard = false;
  }
}
