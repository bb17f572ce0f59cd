package dev.kvstore.http.wire;

import dev.kvstore.http.limits.Room;
import dev.kvstore.internal.transfer.SnapshotWriter;
import dev.kvstore.internal.transfer.Writing;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * The parts of a snapshot.
 *
 * @param <T> what it consists of
 */
public final class SnapshotParts<T> extends EntryParts {
  private final Walk<T> items;
  private final ItemWriter<T> item;
  private final Writer text;
  private final SnapshotWriter snapshot;
  private long losses;

  public interface ItemWriter<T> {
    void write(SnapshotWriter to, T item) throws IOException;
  }

  public SnapshotParts(Writing writing, Walk<T> items, ItemWriter<T> item, Room room)
      throws IOException {
    super(room);
    this.items = items;
    this.item = item;
    this.text = new OutputStreamWriter(buffer, StandardCharsets.UTF_8);
    this.snapshot = new SnapshotWriter(text, writing, loss -> losses++);
  }

  /** Returns where to write what comes before all items. */
  public SnapshotWriter snapshot() {
    return snapshot;
  }

  /** Returns the number of values written so far that the format could not represent exactly. */
  long losses() {
    return losses;
  }

  @Override
  protected boolean writeNext() throws IOException {
    T next = items.next();
    if (next == null) {
      snapshot.close();
      return false;
    }
    item.write(snapshot, next);
    return true;
  }

  @Override
  protected int pending() {
    return 0;
  }

  @Override
  protected void flush() throws IOException {
    text.flush();
    items.settle();
  }
}
