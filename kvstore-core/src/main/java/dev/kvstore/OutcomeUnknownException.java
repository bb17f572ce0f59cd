package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * A write was sent, its reply was lost, and whether it happened could not be found out: the
 * database could not be asked, or another write has come in between. Read the key to see what it
 * holds now before writing again: a retry may do the write twice. Not an
 * {@link UnavailableException}, after which a retry is safe.
 */
public final class OutcomeUnknownException extends KVException {
  private static final long serialVersionUID = 1L;

  public OutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(ErrorCode.OUTCOME_UNKNOWN, message, cause);
  }
}
