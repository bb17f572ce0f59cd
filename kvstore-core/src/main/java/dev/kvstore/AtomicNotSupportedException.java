package dev.kvstore;

/** The database has no transactions, so a batch cannot be all or nothing; nothing was written. */
public final class AtomicNotSupportedException extends KVException {
  private static final long serialVersionUID = 1L;

  public AtomicNotSupportedException(String message) {
    super(ErrorCode.ATOMIC_NOT_SUPPORTED, message);
  }
}
