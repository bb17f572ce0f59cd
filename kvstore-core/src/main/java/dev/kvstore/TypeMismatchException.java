package dev.kvstore;

import org.jspecify.annotations.Nullable;

/** Thrown if the stored value cannot become the wanted type without loss. Nothing was changed. */
public final class TypeMismatchException extends KVException {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final String storedType;
  private final String wantedType;

  /**
   * @param key the key that was read or incremented
   * @param storedType the BSON type of the stored value: {@code string}, {@code int32},
   *     {@code document} …
   * @param wantedType the requested type
   * @param detail where in the value the mismatch is and why, or null; never contains the value
   *     itself
   */
  public TypeMismatchException(
      String key,
      String storedType,
      String wantedType,
      @Nullable String detail,
      @Nullable Throwable cause) {
    super(
        ErrorCode.TYPE_MISMATCH,
        "Key '" + key + "' holds " + storedType + ", which cannot be read as " + wantedType
            + (detail == null ? "" : ": " + detail),
        cause);
    this.key = key;
    this.storedType = storedType;
    this.wantedType = wantedType;
  }

  public String key() {
    return key;
  }

  /** Returns the BSON type of the stored value: {@code string}, {@code int32} … */
  public String storedType() {
    return storedType;
  }

  public String wantedType() {
    return wantedType;
  }
}
