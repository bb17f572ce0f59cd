package dev.kvstore.internal.tls;

/**
 * Thrown if a PEM file cannot be used. The message names the file and does not quote its content.
 */
public final class PemException extends Exception {
  private static final long serialVersionUID = 1;

  PemException(String message) {
    super(message);
  }
}
