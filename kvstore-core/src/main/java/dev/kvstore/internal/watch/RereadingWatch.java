package dev.kvstore.internal.watch;

import dev.kvstore.KVEntry;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.Interest;
import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A watch that rereads after changes. Changes that are faster than reads are merged. */
abstract class RereadingWatch extends Watch {
  private final String subject;

  // Guarded by this.
  private SyncToken position = SyncToken.START;
  private boolean byHand;
  private List<Runnable> afterRead = new ArrayList<>();

  /** @param subject describes what is read in log messages: {@code the key 'k'} */
  RereadingWatch(WatchHub hub, String subject, Interest interest) {
    super(hub, interest);
    this.subject = subject;
  }

  /**
   * Rereads. An exception is logged, and the method is called again after a while.
   *
   * @param byHand true if an entry was changed manually, possibly without changing its etag
   */
  abstract void read(ReadOptions options, boolean byHand);

  /** Returns the key that is read; empty if it reads several. */
  Optional<String> key() {
    return Optional.empty();
  }

  /**
   * Returns true if the entry of this watch, among those found for many watches, is the one read
   * last.
   */
  boolean knows(Map<String, KVEntry<RawValue>> found) {
    return false;
  }

  /** Returns the position that the next read must be at least as new as. */
  final synchronized SyncToken position() {
    return position;
  }

  /** Triggers a reread, and calls {@code after} once when it is done. */
  final void wake(Runnable after) {
    synchronized (this) {
      afterRead.add(after);
    }
    runner.wake();
  }

  /**
   * Queues a reread through the hub, because all watches of the store are positioned at the same
   * time.
   */
  @Override
  public final void positioned(long at) {
    synchronized (this) {
      position = position.max(new SyncToken(at));
    }
    hub.rereads.add(this);
  }

  @Override
  public final void changed(List<Change> changes, long upTo) {
    for (Change change : changes) {
      if (interest().covers(change.key())) {
        changedAt(change.position(), change.version() == Change.UNKNOWN_VERSION);
      }
    }
    runner.retry();
  }

  @Override
  public final void missed() {
    // It is reread when this watch is positioned again.
  }

  private void changedAt(long at, boolean isByHand) {
    synchronized (this) {
      position = position.max(new SyncToken(at));
      byHand |= isByHand;
    }
    runner.wake();
  }

  @Override
  final void work() {
    ReadOptions options;
    boolean wasByHand;
    List<Runnable> after;
    synchronized (this) {
      options = WatchHub.demand(position);
      wasByHand = byHand;
      byHand = false;
      after = afterRead;
      afterRead = new ArrayList<>();
    }
    try {
      read(options, wasByHand);
      runner.succeeded();
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        byHand |= wasByHand;
      }
      runner.tryLater("A change of " + subject, e);
    } finally {
      after.forEach(Runnable::run);
    }
  }
}
