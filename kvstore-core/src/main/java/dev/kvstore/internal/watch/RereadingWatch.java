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

/** Reads something again after each change. Of changes faster than reads only the last is seen. */
abstract class RereadingWatch extends Watch {
  private final String subject;

  // Guarded by this.
  private SyncToken position = SyncToken.START;
  private boolean byHand;
  private List<Runnable> afterRead = new ArrayList<>();

  /** @param subject what is read, for log lines: {@code the key 'k'} */
  RereadingWatch(WatchHub hub, String subject, Interest interest) {
    super(hub, interest);
    this.subject = subject;
  }

  /**
   * Reads it. What this throws is logged, and it is called again after a while.
   *
   * @param byHand whether somebody has changed an entry and perhaps not its etag
   */
  abstract void read(ReadOptions options, boolean byHand);

  /** Returns the only key that is read; empty where there are more. */
  Optional<String> key() {
    return Optional.empty();
  }

  /** Returns true if its entry, among those found for many watches, is the one read last. */
  boolean knows(Map<String, KVEntry<RawValue>> found) {
    return false;
  }

  /** Returns the point in the store's history that the next read will not be before. */
  final synchronized SyncToken position() {
    return position;
  }

  /** Lets it be read, and then calls that, once. */
  final void wake(Runnable after) {
    synchronized (this) {
      afterRead.add(after);
    }
    runner.wake();
  }

  /** Every watch of the store gets this at the same time. */
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
    // It is read when this is positioned anew.
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
