package dev.kvstore.http.wire;

import dev.kvstore.KVEntry;
import dev.kvstore.http.limits.PageRoom;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A document of many entries, which is written one entry after the other. Not thread-safe. */
public final class EntryDocument {
  private final ResponseWriter.Content begin;
  private final Entries entries;
  private final EntryWriter item;
  private final ResponseWriter.Content end;
  private boolean begun;

  /** The entries of a document, which are read as they are needed. */
  public abstract static class Entries {
    protected final RequestContext context;
    protected final PageRoom room;

    /** What was read and is not written yet; there is room for it. */
    protected final Deque<KVEntry<RawValue>> read = new ArrayDeque<>();

    protected Entries(RequestContext context) {
      this.context = context;
      this.room = context.room().forEntries();
    }

    /** Reads some of those that come next, or none; returns false if there are no more. */
    protected abstract boolean readSome();

    /** Returns the next entry, or null if there are no more. */
    public final @Nullable KVEntry<RawValue> next() {
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

  public interface EntryWriter {
    void write(DocumentWriter out, KVEntry<RawValue> entry) throws IOException;
  }

  public EntryDocument(
      ResponseWriter.Content begin, Entries entries, EntryWriter item, ResponseWriter.Content end) {
    this.begin = begin;
    this.entries = entries;
    this.item = item;
    this.end = end;
  }

  /** Writes what comes next and returns true, or returns false if that was the end. */
  boolean writeTo(DocumentWriter out) throws IOException {
    if (!begun) {
      begun = true;
      begin.writeTo(out);
      return true;
    }
    KVEntry<RawValue> entry = entries.next();
    if (entry == null) {
      end.writeTo(out);
      return false;
    }
    item.write(out, entry);
    return true;
  }

  /** What was written is not needed any more. */
  void settle() {
    entries.settle();
  }
}
