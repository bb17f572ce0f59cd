package dev.kvstore;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Thrown if the condition of a write does not hold. Nothing was changed. */
public final class PreconditionFailedException extends KVException {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final @Nullable String presentEtag;

  /** @param presentEtag the etag of the entry, or null if there is none */
  public PreconditionFailedException(
      String key, WriteCondition condition, @Nullable String presentEtag) {
    this(
        "Key '" + key + "' " + (presentEtag == null ? "is absent" : "has etag " + presentEtag)
            + ", the write demanded " + condition,
        key,
        presentEtag);
  }

  private PreconditionFailedException(String message, String key, @Nullable String presentEtag) {
    super(ErrorCode.PRECONDITION_FAILED, message);
    this.key = key;
    this.presentEtag = presentEtag;
  }

  /**
   * Returns the exception for a change of many entries, see {@link DeleteOptions#ifMatch}.
   *
   * @since 0.1.0
   */
  public static PreconditionFailedException ofMany(
      String message, @Nullable String presentFingerprint) {
    return new PreconditionFailedException(message, "", presentFingerprint);
  }

  /** Returns the key; empty for a change of many entries. */
  public String key() {
    return key;
  }

  /**
   * Returns the etag of the entry when the condition was checked; empty if there was no entry. For
   * a change of many entries it is the fingerprint.
   */
  public Optional<String> presentEtag() {
    return Optional.ofNullable(presentEtag);
  }
}
