package dev.kvstore.http.api.events;

import dev.kvstore.http.api.events.EventQueue.Changed;
import dev.kvstore.http.api.events.EventQueue.Event;
import dev.kvstore.http.api.events.EventQueue.Ready;
import dev.kvstore.http.api.events.EventQueue.Told;
import dev.kvstore.spi.EntryStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Supplies the events of a stream to send. Used by one thread at a time, except {@link #beat}. */
final class EventSource {
  private static final Logger LOG = LoggerFactory.getLogger(EventSource.class);

  private final EventQueue queue;
  private final EventFrames frames;
  private final EntryStore store;
  private final boolean values;
  private final Runnable whenRead;
  private volatile boolean beatDue;

  /** The next event, which is waiting for its value. */
  private @Nullable CompletableFuture<byte[]> awaited;

  /**
   * @param values true if events contain values
   * @param whenRead called when a value was read for which {@link #next} returned null
   */
  EventSource(
      EventQueue queue, EventFrames frames, EntryStore store, boolean values, Runnable whenRead) {
    this.queue = queue;
    this.frames = frames;
    this.store = store;
    this.values = values;
    this.whenRead = whenRead;
  }

  /** Requests a heartbeat. */
  void beat() {
    beatDue = true;
  }

  /** Returns the next bytes to send, or null if there are none yet. */
  byte @Nullable [] next() {
    if (beatDue) {
      beatDue = false;
      Told told = awaited == null ? queue.told() : null;
      return told == null ? frames.comment() : frames.comment(told.position(), told.current());
    }
    if (awaited != null) {
      return ifRead(awaited);
    }
    Event event = queue.poll();
    if (event == null) {
      return null;
    }
    if (event instanceof Changed changed) {
      return values ? withValue(changed) : frames.changed(changed.change());
    }
    return event instanceof Ready ready ? frames.ready(ready.position()) : frames.reset();
  }

  private byte @Nullable [] withValue(Changed changed) {
    CompletableFuture<byte[]> frame = frames.changedWithValue(store, changed.change());
    awaited = frame;
    if (!frame.isDone()) {
      CompletableFuture<?> unused = frame.whenComplete((bytes, failure) -> whenRead.run());
    }
    return ifRead(frame);
  }

  private byte @Nullable [] ifRead(CompletableFuture<byte[]> frame) {
    if (!frame.isDone()) {
      return null;
    }
    awaited = null;
    try {
      return frame.join();
    } catch (CompletionException e) {
      LOG.debug("A value cannot be read for a stream of events, which must start over", e);
      queue.restart();
      return next();
    }
  }
}
