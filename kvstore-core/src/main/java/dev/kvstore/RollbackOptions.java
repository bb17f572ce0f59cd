package dev.kvstore;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Options of a rollback of many entries. Immutable; each method returns a changed copy.
 *
 * @since 0.1.0
 */
public final class RollbackOptions {
  /** No author, no comment. */
  public static final RollbackOptions DEFAULT = new RollbackOptions(null, null, false, null);

  private final @Nullable String author;
  private final @Nullable String comment;
  private final boolean dryRun;
  private final @Nullable String fingerprint;

  private RollbackOptions(
      @Nullable String author,
      @Nullable String comment,
      boolean dryRun,
      @Nullable String fingerprint) {
    this.author = author;
    this.comment = comment;
    this.dryRun = dryRun;
    this.fingerprint = fingerprint;
  }

  /** Like {@link WriteOptions#author}. */
  public RollbackOptions author(String newAuthor) {
    String checked = Names.checkText("author", newAuthor);
    return new RollbackOptions(checked, comment, dryRun, fingerprint);
  }

  /** Like {@link WriteOptions#comment}. */
  public RollbackOptions comment(String newComment) {
    return new RollbackOptions(author, Names.checkComment(newComment), dryRun, fingerprint);
  }

  /** Writes nothing; the report says what would change. */
  public RollbackOptions dryRun() {
    return new RollbackOptions(author, comment, true, fingerprint);
  }

  /**
   * Writes only if the entries are exactly those of a dry run, all unchanged, and throws
   * {@link PreconditionFailedException} otherwise.
   *
   * @param newFingerprint the {@link ChangeReport#fingerprint()} of the dry run
   */
  public RollbackOptions ifMatch(String newFingerprint) {
    Objects.requireNonNull(newFingerprint, "fingerprint");
    return new RollbackOptions(author, comment, dryRun, newFingerprint);
  }

  public Optional<String> author() {
    return Optional.ofNullable(author);
  }

  public Optional<String> comment() {
    return Optional.ofNullable(comment);
  }

  public boolean isDryRun() {
    return dryRun;
  }

  /** Returns the fingerprint that the entries must have; empty for no condition. */
  public Optional<String> fingerprint() {
    return Optional.ofNullable(fingerprint);
  }
}
