package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the entry already has the etag that was chosen for a write. Nothing was changed. If you
 * have sent the same write before, it succeeded: the entry is unchanged since.
 */
public final class EtagReusedException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final String etag;

  public EtagReusedException(String key, String etag) {
    super(
        ErrorCode.INVALID_PARAMETER,
        "Key '" + key + "' already has the etag " + etag
            + " that was chosen for this write; choose one that was never used before");
    this.key = key;
    this.etag = etag;
  }

  /**
   * Throws this exception if the write repeats the etag of its entry.
   *
   * @param chosenEtag the etag that the caller chose, or null
   * @param presentEtag the etag of the entry, or null if there is none
   */
  public static void check(String key, @Nullable String chosenEtag, @Nullable String presentEtag) {
    if (chosenEtag != null && chosenEtag.equals(presentEtag)) {
      throw new EtagReusedException(key, chosenEtag);
    }
  }

  public String key() {
    return key;
  }

  /** Returns the etag of the entry and of the write. */
  public String etag() {
    return etag;
  }
}
