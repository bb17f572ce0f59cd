package dev.kvstore.http.wire;

import dev.kvstore.KVEntry;
import dev.kvstore.http.limits.PageRoom;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A document of many entries, which is written entry by entry. Not thread-safe. */
public final class EntryDocument {
  private final ResponseWriter.Content begin;
  private final Entries entries;
  private final EntryWriter item;
  private final ResponseWriter.Content end;
  private boolean begun;

  /** The entries of a document, read on demand. */
  public abstract static class Entries {
    protected final RequestContext context;
    protected final PageRoom room;

    /** The entries that were read but not written yet, for which memory is reserved. */
    protected final Deque<KVEntry<RawValue>> read = new ArrayDeque<>();

    protected Entries(RequestContext context) {
      this.context = context;
      this.room = context.room().forEntries();
    }

    /** Reads some of the next entries, or none; returns false if there are no more. */
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

    /**
     * Gives back the memory of returned entries, which have been written, if no others are in
     * memory.
     */
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

  /** Writes the next part. Returns false if there is no more. */
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

  /** Called when the written entries are no longer needed. */
  void settle() {
    entries.settle();
  }
}
