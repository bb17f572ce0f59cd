package dev.kvstore.http.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import org.bson.ByteBuf;
import org.bson.ByteBufNIO;
import org.bson.io.OutputBuffer;

/**
 * A buffer in memory that grows without copying. Every chunk except the first, which is small, is
 * announced before it is allocated. If there is no room for one, the content is dropped, and
 * further bytes are only counted. Not thread-safe.
 */
public final class ChunkedBuffer extends OutputBuffer {
  /** The size of the first chunk, enough for a small body or response. */
  static final int FIRST_BYTES = 4 * 1024;

  public static final int CHUNK_BYTES = 64 * 1024;

  private final IntPredicate beforeGrowing;
  private final List<byte[]> chunks = new ArrayList<>();
  private int size;
  private int capacity = FIRST_BYTES;
  private boolean dropped;

  /** @param beforeGrowing called with the number of needed bytes; may throw */
  ChunkedBuffer(IntConsumer beforeGrowing) {
    this(bytes -> {
      beforeGrowing.accept(bytes);
      return true;
    });
  }

  private ChunkedBuffer(IntPredicate beforeGrowing) {
    this.beforeGrowing = beforeGrowing;
  }

  /**
   * Returns a buffer that drops its content if there is not enough memory.
   *
   * @param room called with the number of needed bytes, and returns true if they are available; may
   *     throw
   */
  static ChunkedBuffer dropping(IntPredicate room) {
    return new ChunkedBuffer(room);
  }

  @Override
  public void writeBytes(byte[] bytes, int offset, int length) {
    int from = offset;
    while (from < offset + length) {
      int within = room();
      byte[] last = chunks.get(chunks.size() - 1);
      int count = Math.min(last.length - within, offset + length - from);
      System.arraycopy(bytes, from, last, within, count);
      from += count;
      size += count;
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    writeBytes(bytes, offset, length);
  }

  /** Writes the remaining bytes of the buffer. */
  void write(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      int within = room();
      byte[] last = chunks.get(chunks.size() - 1);
      int count = Math.min(last.length - within, bytes.remaining());
      bytes.get(last, within, count);
      size += count;
    }
  }

  @Override
  public void writeByte(int value) {
    int within = room();
    chunks.get(chunks.size() - 1)[within] = (byte) value;
    size++;
  }

  /** Replaces four bytes at this position, which must have been written. */
  void setInt32(int position, int value) {
    for (int i = 0; i < Integer.BYTES; i++) {
      write(position + i, value >>> (Byte.SIZE * i));
    }
  }

  @Override
  protected void write(int position, int value) {
    if (dropped) {
      return;
    }
    boolean first = position < FIRST_BYTES;
    int chunk = first ? 0 : 1 + (position - FIRST_BYTES) / CHUNK_BYTES;
    chunks.get(chunk)[first ? position : (position - FIRST_BYTES) % CHUNK_BYTES] = (byte) value;
  }

  /** Ensures that there is free space at the end, and returns its offset in the last chunk. */
  private int room() {
    if (size == 0 && chunks.isEmpty()) {
      chunks.add(new byte[FIRST_BYTES]);
    } else if (size == capacity) {
      grow();
    }
    return capacity == FIRST_BYTES ? size : (size - FIRST_BYTES) % CHUNK_BYTES;
  }

  private void grow() {
    boolean fits = beforeGrowing.test(CHUNK_BYTES);
    if (!fits && !dropped) {
      dropped = true;
      chunks.clear();
      chunks.add(new byte[CHUNK_BYTES]); // only counting: the chunk is overwritten repeatedly
    } else if (!dropped) {
      chunks.add(new byte[CHUNK_BYTES]);
    }
    capacity += CHUNK_BYTES;
  }

  @Override
  public int getPosition() {
    return size;
  }

  @Override
  public int getSize() {
    return size;
  }

  /** Returns the content, which must not be changed afterwards. */
  List<ByteBuffer> parts() {
    List<ByteBuffer> parts = new ArrayList<>();
    int left = size;
    for (byte[] chunk : chunks) {
      int count = Math.min(left, chunk.length);
      parts.add(ByteBuffer.wrap(chunk, 0, count));
      left -= count;
    }
    return parts;
  }

  @Override
  public byte[] toByteArray() {
    ByteBuffer all = ByteBuffer.allocate(size);
    parts().forEach(all::put);
    return all.array();
  }

  /** Clears the buffer; the result of {@link #parts} remains valid. */
  void clear() {
    chunks.clear();
    size = 0;
    capacity = FIRST_BYTES;
  }

  InputStream toInputStream() {
    List<InputStream> streams = new ArrayList<>();
    for (ByteBuffer part : parts()) {
      streams.add(new ByteArrayInputStream(part.array(), part.arrayOffset(), part.limit()));
    }
    return new SequenceInputStream(Collections.enumeration(streams));
  }

  @Override
  public int pipe(OutputStream out) throws IOException {
    for (ByteBuffer part : parts()) {
      out.write(part.array(), part.arrayOffset(), part.limit());
    }
    return size;
  }

  @Override
  public List<ByteBuf> getByteBuffers() {
    return parts().stream().<ByteBuf>map(ByteBufNIO::new).toList();
  }

  @Override
  public void truncateToPosition(int position) {
    throw new UnsupportedOperationException("What was written stays");
  }
}
