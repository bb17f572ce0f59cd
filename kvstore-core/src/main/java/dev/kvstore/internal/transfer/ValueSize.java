package dev.kvstore.internal.transfer;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;

/** Stops reading a value as soon as it is certainly too large. */
final class ValueSize {
  /**
   * The minimum overhead of an element: its type, and a name of at least one byte with a
   * terminator.
   */
  private static final int ELEMENT_BYTES = 3;

  private final int most;
  private long left;

  ValueSize(int most) {
    this.most = most;
    this.left = most;
  }

  /** Starts the next value. */
  void reset() {
    left = most;
  }

  /** Counts an element of the value, with this many bytes in addition to {@link #ELEMENT_BYTES}. */
  void add(int bytes) {
    left -= ELEMENT_BYTES + bytes;
    if (left < 0) {
      throw new InvalidInputException(
          ErrorCode.TOO_LARGE, "The value takes more than " + most + " bytes of BSON");
    }
  }
}
