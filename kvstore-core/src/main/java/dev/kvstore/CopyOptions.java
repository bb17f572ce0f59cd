package dev.kvstore;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Options of a copy of many entries. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * CopyOptions renaming = CopyOptions.DEFAULT.toPrefix("web.").moving();
 * ChangeReport preview = store.copyAll("ui.", store, renaming.dryRun());
 * show(preview.items());
 * store.copyAll("ui.", store, renaming.ifMatch(preview.fingerprint().orElseThrow()));
 * }</pre>
 *
 * @since 0.1.0
 */
public final class CopyOptions {
  /** The same keys, replacing entries that are there; no author, no comment. */
  public static final CopyOptions DEFAULT =
      new CopyOptions(null, false, false, null, null, false, null);

  private final @Nullable String toPrefix;
  private final boolean defaults;
  private final boolean moving;
  private final @Nullable String author;
  private final @Nullable String comment;
  private final boolean dryRun;
  private final @Nullable String fingerprint;

  private CopyOptions(
      @Nullable String toPrefix,
      boolean defaults,
      boolean moving,
      @Nullable String author,
      @Nullable String comment,
      boolean dryRun,
      @Nullable String fingerprint) {
    this.toPrefix = toPrefix;
    this.defaults = defaults;
    this.moving = moving;
    this.author = author;
    this.comment = comment;
    this.dryRun = dryRun;
    this.fingerprint = fingerprint;
  }

  /**
   * Changes the keys: this takes the place of the prefix that is copied, or is put before each of
   * the given keys.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it cannot be a prefix
   */
  public CopyOptions toPrefix(String prefix) {
    String checked = Names.checkText("prefix", prefix);
    return new CopyOptions(checked, defaults, moving, author, comment, dryRun, fingerprint);
  }

  /** Writes only where there is no entry. */
  public CopyOptions defaults() {
    return new CopyOptions(toPrefix, true, moving, author, comment, dryRun, fingerprint);
  }

  /**
   * Deletes each entry from where it was once it is where it goes. One that stays where it goes, or
   * that {@link #defaults()} does not write because something else is there, is not deleted.
   */
  public CopyOptions moving() {
    return new CopyOptions(toPrefix, defaults, true, author, comment, dryRun, fingerprint);
  }

  /** As {@link WriteOptions#author}. */
  public CopyOptions author(String newAuthor) {
    String checked = Names.checkText("author", newAuthor);
    return new CopyOptions(toPrefix, defaults, moving, checked, comment, dryRun, fingerprint);
  }

  /** As {@link WriteOptions#comment}. */
  public CopyOptions comment(String newComment) {
    String checked = Names.checkComment(newComment);
    return new CopyOptions(toPrefix, defaults, moving, author, checked, dryRun, fingerprint);
  }

  /** Writes nothing, and reports what would change. */
  public CopyOptions dryRun() {
    return new CopyOptions(toPrefix, defaults, moving, author, comment, true, fingerprint);
  }

  /**
   * Copies only if that does exactly what a dry run reported, and throws
   * {@link PreconditionFailedException} otherwise.
   *
   * @param newFingerprint the {@link ChangeReport#fingerprint()} of the dry run
   */
  public CopyOptions ifMatch(String newFingerprint) {
    Objects.requireNonNull(newFingerprint, "fingerprint");
    return new CopyOptions(toPrefix, defaults, moving, author, comment, dryRun, newFingerprint);
  }

  /** Returns the prefix of the copies; empty to keep the keys. */
  public Optional<String> toPrefix() {
    return Optional.ofNullable(toPrefix);
  }

  /** Returns true after {@link #defaults()}. */
  public boolean isDefaults() {
    return defaults;
  }

  /** Returns true after {@link #moving()}. */
  public boolean isMoving() {
    return moving;
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

  /** Returns the fingerprint that the copy must have; empty for no condition. */
  public Optional<String> fingerprint() {
    return Optional.ofNullable(fingerprint);
  }
}
