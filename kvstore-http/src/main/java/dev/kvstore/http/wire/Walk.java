package dev.kvstore.http.wire;

import dev.kvstore.http.limits.PageRoom;
import dev.kvstore.http.route.RequestContext;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The items of a long response, read as they are needed. Not thread-safe. */
public abstract class Walk<T> {
  protected final RequestContext context;
  protected final PageRoom room;

  /** Items that were read and are not written yet; their memory is reserved. */
  protected final Deque<T> read = new ArrayDeque<>();

  protected Walk(RequestContext context) {
    this.context = context;
    this.room = context.room().forEntries();
  }

  /** Reads some of those that come next, or none; returns false if there are no more. */
  protected abstract boolean readSome();

  /** Returns the next one, or null if there are no more. */
  public final @Nullable T next() {
    while (read.isEmpty()) {
      room.clear();
      if (!readSome()) {
        return null;
      }
    }
    return read.remove();
  }

  /** Gives back the room of what was returned, which is written, if it is all that was read. */
  final void settle() {
    if (read.isEmpty()) {
      room.clear();
    }
  }
}
