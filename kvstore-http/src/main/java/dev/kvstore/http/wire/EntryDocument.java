package dev.kvstore.http.wire;

import dev.kvstore.KVEntry;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.spi.RawValue;
import java.io.IOException;

/** A document of many entries, which is written entry by entry. Not thread-safe. */
public final class EntryDocument {
  private final ResponseWriter.Content begin;
  private final Entries entries;
  private final EntryWriter item;
  private final ResponseWriter.Content end;
  private boolean begun;

  /** The entries of a document, read on demand. */
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
