package dev.kvstore.internal.transfer;

import dev.kvstore.PreconditionFailedException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an import.
 *
 * @param prefix selects keys, in both the snapshot and the store
 * @param deep true to merge objects member by member instead of replacing them
 * @param fingerprint the fingerprint of a dry run, or null; nothing is written if it no longer
 *     matches
 * @param author the author of the entries, or null
 * @param comment the comment in the history, or null
 * @param authorsKept true to use the authors in the snapshot instead, if it has any
 */
public record ImportSettings(
    String prefix,
    ImportMode mode,
    boolean deep,
    boolean dryRun,
    @Nullable String fingerprint,
    @Nullable String author,
    @Nullable String comment,
    boolean authorsKept) {
  /** Merges all entries. */
  public static final ImportSettings DEFAULT =
      new ImportSettings("", ImportMode.MERGE, false, false, null, null, null, true);

  public ImportSettings {
    Objects.requireNonNull(prefix, "prefix");
    Objects.requireNonNull(mode, "mode");
  }

  public ImportSettings withPrefix(String newPrefix) {
    return new ImportSettings(
        newPrefix, mode, deep, dryRun, fingerprint, author, comment, authorsKept);
  }

  public ImportSettings withMode(ImportMode newMode) {
    return new ImportSettings(
        prefix, newMode, deep, dryRun, fingerprint, author, comment, authorsKept);
  }

  public ImportSettings withDryRun() {
    return new ImportSettings(prefix, mode, deep, true, fingerprint, author, comment, authorsKept);
  }

  public ImportSettings withFingerprint(@Nullable String newFingerprint) {
    return new ImportSettings(
        prefix, mode, deep, dryRun, newFingerprint, author, comment, authorsKept);
  }

  public ImportSettings withAuthor(@Nullable String newAuthor, boolean kept) {
    return new ImportSettings(prefix, mode, deep, dryRun, fingerprint, newAuthor, comment, kept);
  }

  public ImportSettings withComment(@Nullable String newComment) {
    return new ImportSettings(
        prefix, mode, deep, dryRun, fingerprint, author, newComment, authorsKept);
  }

  /**
   * Checks what an import is about to do.
   *
   * @throws PreconditionFailedException if it is something else than the fingerprint stands for
   */
  void requireFingerprint(ChunkDigests digests) {
    String now = digests.fingerprint();
    if (fingerprint != null && !fingerprint.equals(now)) {
      throw PreconditionFailedException.ofMany(
          "The import has the fingerprint " + now + " now, the request demanded " + fingerprint,
          now);
    }
  }
}
