package dev.kvstore;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The entry is not in the state that the write's condition demanded; nothing was changed. */
public final class PreconditionFailedException extends KVException {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final @Nullable String presentEtag;

  /** @param presentEtag the etag of the entry as it is, or null where there is none */
  public PreconditionFailedException(
      String key, WriteCondition condition, @Nullable String presentEtag) {
    super(
        ErrorCode.PRECONDITION_FAILED,
        "Key '" + key + "' " + (presentEtag == null ? "is absent" : "has etag " + presentEtag)
            + ", the write demanded " + condition);
    this.key = key;
    this.presentEtag = presentEtag;
  }

  public String key() {
    return key;
  }

  /**
   * Returns the etag of the entry as it was when the condition was checked; empty where there was
   * no entry.
   */
  public Optional<String> presentEtag() {
    return Optional.ofNullable(presentEtag);
  }
}
