package dev.kvstore.internal.tls;

/** A PEM file cannot be used. The message names the file and repeats nothing of it. */
public final class PemException extends Exception {
  private static final long serialVersionUID = 1;

  PemException(String message) {
    super(message);
  }
}
