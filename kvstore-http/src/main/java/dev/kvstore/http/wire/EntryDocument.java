package dev.kvstore.http.wire;

import dev.kvstore.KVEntry;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.spi.RawValue;
import java.io.IOException;

/** A document of many entries, which is written one entry after the other. Not thread-safe. */
public final class EntryDocument {
  private final ResponseWriter.Content begin;
  private final Entries entries;
  private final EntryWriter item;
  private final ResponseWriter.Content end;
  private boolean begun;

  /** The entries of a document, which are read as they are needed. */
  public abstract static class Entries extends Walk<KVEntry<RawValue>> {
    protected Entries(RequestContext context) {
      super(context);
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
