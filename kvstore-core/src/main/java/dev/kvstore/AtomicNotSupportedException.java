package dev.kvstore;

/** Thrown if the database has no transactions for an atomic batch. Nothing was written. */
public final class AtomicNotSupportedException extends KVException {
  private static final long serialVersionUID = 1L;

  public AtomicNotSupportedException(String message) {
    super(ErrorCode.ATOMIC_NOT_SUPPORTED, message);
  }
}
