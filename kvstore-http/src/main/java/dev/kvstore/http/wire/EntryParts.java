package dev.kvstore.http.wire;

import dev.kvstore.http.limits.Room;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A response with many entries, in parts of bounded size. Memory is reserved for each part until it
 * is sent. Not thread-safe.
 */
abstract class EntryParts implements Sending.Parts {
  /** The size at which a part ends, after a whole entry. */
  private static final int PART_BYTES = 32 * 1024;

  private final Room room;

  /** The buffer for the response. */
  protected final ChunkedBuffer buffer = new ChunkedBuffer(this::take);

  private final Deque<ByteBuffer> made = new ArrayDeque<>();
  private int taken;
  private boolean written;

  EntryParts(Room room) {
    this.room = room;
  }

  /** Writes the next entry. Returns false if there is no more. */
  protected abstract boolean writeNext() throws IOException;

  /** Returns the approximate number of written bytes that are not in the buffer yet. */
  protected abstract int pending();

  /** Flushes written data to the buffer. */
  protected abstract void flush() throws IOException;

  /** Returns true if all parts have been created. */
  public boolean isAll() {
    return written;
  }

  @Override
  public @Nullable ByteBuffer next() throws IOException {
    if (made.isEmpty() && !written) {
      make();
    }
    return made.poll();
  }

  /** Creates the next part, replacing the previous one, which was sent. Returns its content. */
  public ChunkedBuffer make() throws IOException {
    buffer.clear();
    room.giveBack(taken);
    taken = 0;
    while (!written && buffer.getSize() + pending() < PART_BYTES) {
      written = !writeNext();
    }
    flush();
    made.addAll(buffer.parts());
    return buffer;
  }

  private void take(int bytes) {
    room.takeSoon(bytes);
    taken += bytes;
  }
}
