package dev.kvstore.internal.transfer;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/** Text of which a single entry cannot fill the memory: it may only be so long. */
final class EntryText extends FilterReader {
  /** A byte of BSON takes at most six characters, as backslash, u and four digits. */
  private static final int GROWTH = 8;

  /** For the key, metadata, and what was read ahead. */
  private static final int SLACK = 64 * 1024;

  private final long max;
  private long left;

  EntryText(Reader text, int maxValueBytes) {
    super(text);
    this.max = (long) GROWTH * maxValueBytes + SLACK;
    this.left = max;
  }

  /** Says that what comes now belongs to another entry. */
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
