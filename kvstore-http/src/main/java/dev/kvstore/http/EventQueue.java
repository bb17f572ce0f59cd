package dev.kvstore.http;

import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.Interest;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reader is to be told, as far as it fits: a reader that is too slow has to begin anew.
 * Thread-safe.
 */
final class EventQueue implements ChangeSink {
  /** What a reader is told. */
  sealed interface Event permits Reset, Ready, Changed {}

  /** Changes may have been missed. */
  record Reset() implements Event {}

  /** Nothing is missed from here on. */
  record Ready(long position) implements Event {}

  /** A key has changed. */
  record Changed(Change change) implements Event {}

  private final EventFilter filter;
  private final int capacity;
  private final Runnable whenFilled;

  // Guarded by this. The reader is told of the reset first, then of the place, then of changes.
  private boolean reset;
  private boolean ready;
  private final ArrayDeque<Change> changes = new ArrayDeque<>();
  private long readyAt;
  private boolean live;
  private long position;

  /**
   * @param capacity with so many changes waiting, no more are taken
   * @param whenFilled called when there is something to take; must not block
   */
  EventQueue(EventFilter filter, int capacity, Runnable whenFilled) {
    this.filter = filter;
    this.capacity = capacity;
    this.whenFilled = whenFilled;
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
      ready = true;
      readyAt = at;
    }
    whenFilled.run();
  }

  /** However many come at once, they are taken: a reader that is quick has no part in that. */
  @Override
  public void changed(List<Change> all, long upTo) {
    List<Change> wanted =
        all.stream().filter(change -> filter.keys().test(change.key())).toList();
    synchronized (this) {
      position = Math.max(position, upTo);
      if (wanted.isEmpty()) {
        return;
      }
      if (changes.size() < capacity) {
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

  /** Returns what comes next, or null. */
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

  /** Tells whether there is something to take. */
  synchronized boolean isFilled() {
    return reset || ready || !changes.isEmpty();
  }

  /** Tells whether the reader has to begin anew and does not know it yet. */
  synchronized boolean isReset() {
    return reset;
  }

  /** Returns the position up to which the reader was told everything; 0 if there is none. */
  synchronized long told() {
    return live && !isFilled() ? position : 0;
  }
}
