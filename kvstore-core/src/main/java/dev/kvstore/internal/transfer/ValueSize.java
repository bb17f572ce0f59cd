package dev.kvstore.internal.transfer;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;

/** Ends the reading of a value as soon as it is certain to be too large. */
final class ValueSize {
  /** A type, and a name of at least one byte with its end. */
  private static final int ELEMENT_BYTES = 3;

  private final int most;
  private long left;

  ValueSize(int most) {
    this.most = most;
    this.left = most;
  }

  /** Says that another value begins. */
  void reset() {
    left = most;
  }

  /** Counts an element of the value, with so many bytes beside its type and the shortest name. */
  void add(int bytes) {
    left -= ELEMENT_BYTES + bytes;
    if (left < 0) {
      throw new InvalidInputException(
          ErrorCode.TOO_LARGE, "The value takes more than " + most + " bytes of BSON");
    }
  }
}
