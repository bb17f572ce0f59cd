package dev.kvstore.http.api.events;

import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.Interest;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bounded queue of events for a reader. A reader that is too slow gets a reset and must start
 * over. Thread-safe.
 */
final class EventQueue implements ChangeSink {
  sealed interface Event permits Reset, Ready, Changed {}

  /** Changes may have been missed. */
  record Reset() implements Event {}

  /** No change is missed after this position. */
  record Ready(long position) implements Event {}

  record Changed(Change change) implements Event {}

  /**
   * The state of a reader for which no event is queued.
   *
   * @param position the position up to which it knows everything; 0 if there are no positions
   * @param current the time up to which it knows everything, in milliseconds since the queue was
   *     created; -1 if unknown
   */
  record Told(long position, long current) {}

  private static final long UNKNOWN = -1;

  /** The factor by which the capacity is larger for the missed changes of a resumed stream. */
  private static final int CATCHING_UP = 4;

  private final EventFilter filter;
  private final int capacity;
  private final Runnable whenFilled;
  private final LongSupplier nanoTime;
  private final long madeAt;

  // Guarded by this. The reader gets a reset first, then the position, then changes.
  private boolean reset;
  private boolean ready;
  private final ArrayDeque<Change> changes = new ArrayDeque<>();
  private long readyAt;
  private boolean live;
  private boolean resuming;
  private long position;

  /** When the feed's last call ended. Its next answer is at least as recent. */
  private long heardAt;

  /** The time up to which everything is known, or {@link #UNKNOWN}. */
  private long current = UNKNOWN;

  /**
   * @param capacity the number of changes that may be queued; with one more, the reader must start
   *     over
   * @param whenFilled called when there is an event to take; must not block
   */
  EventQueue(EventFilter filter, int capacity, Runnable whenFilled) {
    this(filter, capacity, whenFilled, System::nanoTime);
  }

  EventQueue(EventFilter filter, int capacity, Runnable whenFilled, LongSupplier nanoTime) {
    this.filter = filter;
    this.capacity = capacity;
    this.whenFilled = whenFilled;
    this.nanoTime = nanoTime;
    this.madeAt = nanoTime.getAsLong();
  }

  @Override
  public Interest interest() {
    return filter.interest();
  }

  @Override
  public void positioned(long at) {
    synchronized (this) {
      position = at;
      live = true;
      resuming = true;
      ready = true;
      readyAt = at;
      current = UNKNOWN;
      heardAt = age();
    }
    whenFilled.run();
  }

  @Override
  public void changed(List<Change> all, long upTo) {
    take(all, upTo, true);
  }

  @Override
  public void catchingUp(List<Change> all, long upTo) {
    take(all, upTo, false);
  }

  private void take(List<Change> all, long upTo, boolean proved) {
    List<Change> wanted =
        all.stream().filter(change -> filter.keys().test(change.key())).toList();
    synchronized (this) {
      if (proved) {
        current = heardAt;
      }
      heardAt = age();
      position = Math.max(position, upTo);
      if (wanted.isEmpty()) {
        return;
      }
      int most = resuming ? CATCHING_UP * capacity : capacity;
      resuming = false;
      if (wanted.size() <= most - changes.size()) {
        changes.addAll(wanted);
      } else {
        // A read at this position or later includes these changes and all dropped ones.
        position = Math.max(position, wanted.get(wanted.size() - 1).position());
        restart();
      }
    }
    whenFilled.run();
  }

  @Override
  public void missed() {
    synchronized (this) {
      live = false;
      restart();
    }
    whenFilled.run();
  }

  /** Drops all changes and makes the reader start over. */
  synchronized void restart() {
    changes.clear();
    reset = true;
    ready = live;
    readyAt = position;
  }

  synchronized @Nullable Event poll() {
    if (reset) {
      reset = false;
      return new Reset();
    }
    if (ready) {
      ready = false;
      return new Ready(readyAt);
    }
    Change change = changes.poll();
    return change == null ? null : new Changed(change);
  }

  synchronized boolean isFilled() {
    return reset || ready || !changes.isEmpty();
  }

  /** Returns true if a reset is queued. */
  synchronized boolean isReset() {
    return reset;
  }

  /** Returns the state of the reader; null if events are queued. */
  synchronized @Nullable Told told() {
    return live && !isFilled() ? new Told(position, current) : null;
  }

  private long age() {
    return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - madeAt);
  }
}
