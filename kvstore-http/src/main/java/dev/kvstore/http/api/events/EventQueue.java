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
 * What a reader is to be told, as far as it fits: a reader that is too slow has to begin anew.
 * Thread-safe.
 */
final class EventQueue implements ChangeSink {
  sealed interface Event permits Reset, Ready, Changed {}

  /** Changes may have been missed. */
  record Reset() implements Event {}

  /** Nothing is missed from here on. */
  record Ready(long position) implements Event {}

  record Changed(Change change) implements Event {}

  /**
   * What the reader knows, where nothing waits for it.
   *
   * @param position everything up to here; 0 where there are no positions
   * @param current everything up to then, in milliseconds since the queue was made; -1 where that
   *     is not known
   */
  record Told(long position, long current) {}

  private static final long UNKNOWN = -1;

  /** What a stream that resumes has missed may be so many times what may wait later. */
  private static final int CATCHING_UP = 4;

  private final EventFilter filter;
  private final int capacity;
  private final Runnable whenFilled;
  private final LongSupplier nanoTime;
  private final long madeAt;

  // Guarded by this. The reader is told of the reset first, then of the place, then of changes.
  private boolean reset;
  private boolean ready;
  private final ArrayDeque<Change> changes = new ArrayDeque<>();
  private long readyAt;
  private boolean live;
  private boolean resuming;
  private long position;

  /** When the feed's last call ended: what it answers to the next question is not older. */
  private long heardAt;

  /** All that had happened then is known; nothing of the kind where {@link #UNKNOWN}. */
  private long current = UNKNOWN;

  /**
   * @param capacity how many changes may wait; with one more, the reader has to begin anew
   * @param whenFilled called when there is something to take; must not block
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
        // What is read at this position or later has these changes in it, and all that waited.
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

  /** Lets the reader begin anew, as what it was to be told cannot be told. */
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

  /** Returns whether the reader has to begin anew and does not know it yet. */
  synchronized boolean isReset() {
    return reset;
  }

  /** Returns what the reader knows; null where that is not all there is. */
  synchronized @Nullable Told told() {
    return live && !isFilled() ? new Told(position, current) : null;
  }

  private long age() {
    return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - madeAt);
  }
}
