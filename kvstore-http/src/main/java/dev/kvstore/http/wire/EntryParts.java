package dev.kvstore.http.wire;

import dev.kvstore.http.limits.Room;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * An answer with many entries, in parts of some size. There is room for each part, until it is
 * sent. Not thread-safe.
 */
abstract class EntryParts implements Sending.Parts {
  /** A part ends with the first entry that makes it this large. */
  private static final int PART_BYTES = 32 * 1024;

  private final Room room;

  /** Where the answer is written to. */
  protected final ChunkedBuffer buffer = new ChunkedBuffer(this::take);

  private final Deque<ByteBuffer> made = new ArrayDeque<>();
  private int taken;
  private boolean written;

  EntryParts(Room room) {
    this.room = room;
  }

  /** Writes what comes next and returns true, or returns false if that was the end. */
  protected abstract boolean writeNext() throws IOException;

  /** Returns about how many bytes were written and are not in the buffer yet. */
  protected abstract int pending();

  /** Brings what was written into the buffer. */
  protected abstract void flush() throws IOException;

  /** Returns true if there are no more parts than those that are made. */
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

  /** Makes the next part in place of the one before, which was sent; returns its content. */
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
