package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * The etag that the caller chose for a write is the one that the entry already has; nothing was
 * changed. A caller that sent the same write before can take this as its success: the entry is as
 * that write left it.
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
   * Checks that the write does not repeat the etag of its entry.
   *
   * @param chosenEtag the etag that the caller chose, or null
   * @param presentEtag the etag of the entry, or null where there is none
   */
  public static void check(String key, @Nullable String chosenEtag, @Nullable String presentEtag) {
    if (chosenEtag != null && chosenEtag.equals(presentEtag)) {
      throw new EtagReusedException(key, chosenEtag);
    }
  }

  public String key() {
    return key;
  }

  /** Returns the etag of the entry, which is also the one that was chosen. */
  public String etag() {
    return etag;
  }
}
