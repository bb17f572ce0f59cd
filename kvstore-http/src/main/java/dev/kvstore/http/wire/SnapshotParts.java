package dev.kvstore.http.wire;

import dev.kvstore.KVEntry;
import dev.kvstore.http.limits.Room;
import dev.kvstore.internal.transfer.SnapshotWriter;
import dev.kvstore.internal.transfer.Writing;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** The parts of a snapshot. */
public final class SnapshotParts extends EntryParts {
  private final EntryDocument.Entries entries;
  private final Writer text;
  private final SnapshotWriter snapshot;
  private long losses;

  public SnapshotParts(Writing writing, EntryDocument.Entries entries, Room room)
      throws IOException {
    super(room);
    this.entries = entries;
    this.text = new OutputStreamWriter(buffer, StandardCharsets.UTF_8);
    this.snapshot = new SnapshotWriter(text, writing, loss -> losses++);
  }

  /** Returns the number of values written so far that the format could not represent exactly. */
  long losses() {
    return losses;
  }

  @Override
  protected boolean writeNext() throws IOException {
    KVEntry<RawValue> entry = entries.next();
    if (entry == null) {
      snapshot.close();
      return false;
    }
    snapshot.write(entry);
    return true;
  }

  @Override
  protected int pending() {
    return 0;
  }

  @Override
  protected void flush() throws IOException {
    text.flush();
    entries.settle();
  }
}
