package dev.kvstore.http.wire;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body that ends with a {@link ProblemException} where it is longer than it may be. */
public final class BoundedInput extends FilterInputStream {
  private final int maxBytes;
  private int left;

  BoundedInput(InputStream body, int maxBytes) {
    super(body);
    this.maxBytes = maxBytes;
    this.left = maxBytes;
  }

  public static ProblemException tooLarge(int maxBytes) {
    return new ProblemException(
        ErrorKind.TOO_LARGE,
        "The body is larger than " + maxBytes + " bytes, the most there can be");
  }

  /**
   * Returns the refusal of a body whose length is known.
   *
   * @param bytes how many the body has
   */
  public static ProblemException tooLarge(long bytes, int maxBytes) {
    return new ProblemException(
        ErrorKind.TOO_LARGE,
        "The body has " + bytes + " bytes, more than " + maxBytes + ", the most there can be");
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    // One byte more than there may be, to see whether it is there.
    int count = in.read(buffer, offset, Math.min(length, left + 1));
    if (count > left) {
      throw tooLarge(maxBytes);
    }
    left -= Math.max(count, 0);
    return count;
  }

  @Override
  public long skip(long count) {
    throw new UnsupportedOperationException("Bytes that are skipped are not counted");
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
