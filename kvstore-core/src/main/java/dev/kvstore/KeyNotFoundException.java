package dev.kvstore;

/** Thrown if there is no entry under the key, or it has expired. A stored null is an entry. */
public final class KeyNotFoundException extends KVException {
  private static final long serialVersionUID = 1L;

  private final String key;

  public KeyNotFoundException(String key) {
    super(ErrorCode.KEY_NOT_FOUND, "No entry under key '" + key + "'");
    this.key = key;
  }

  public String key() {
    return key;
  }
}
