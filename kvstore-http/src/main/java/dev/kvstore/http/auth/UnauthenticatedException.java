package dev.kvstore.http.auth;

/**
 * Nobody is known by what the request brought; the message says what it lacks, never what it had.
 */
public final class UnauthenticatedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean wrongToken;

  UnauthenticatedException(String message, boolean wrongToken) {
    super(message, null, false, false);
    this.wrongToken = wrongToken;
  }

  /** Tells whether there was a token, and it was not good. */
  public boolean wrongToken() {
    return wrongToken;
  }
}
