package dev.kvstore.internal.transfer;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/** A reader that limits the length of a single entry, so that it cannot exhaust memory. */
final class EntryText extends FilterReader {
  /**
   * The maximum ratio of characters to bytes of BSON; a byte takes at most six characters, as a
   * Unicode escape.
   */
  private static final int GROWTH = 8;

  /** Additional characters for the key, metadata and read-ahead. */
  private static final int SLACK = 64 * 1024;

  private final long max;
  private long left;

  EntryText(Reader text, int maxValueBytes) {
    super(text);
    this.max = (long) GROWTH * maxValueBytes + SLACK;
    this.left = max;
  }

  /** Starts the next entry. */
  void nextEntry() {
    left = max;
  }

  @Override
  public int read() throws IOException {
    char[] one = new char[1];
    return read(one, 0, 1) < 0 ? -1 : one[0];
  }

  @Override
  public int read(char[] buffer, int offset, int length) throws IOException {
    int count = in.read(buffer, offset, length);
    left -= count;
    if (left < 0) {
      throw new InvalidInputException(
          ErrorCode.TOO_LARGE, "an entry, or a comment, has more than " + max + " characters");
    }
    return count;
  }
}
