package dev.kvstore;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How many entries are deleted at once. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * DeleteResult preview = store.deleteAll("ui.", DeleteOptions.DEFAULT.dryRun());
 * show(preview.keys());
 * store.deleteAll("ui.", DeleteOptions.DEFAULT.ifMatch(preview.fingerprint().orElseThrow()));
 * }</pre>
 *
 * @since 0.1.0
 */
public final class DeleteOptions {
  /** Each key for itself, whatever its entry is, and no author. */
  public static final DeleteOptions DEFAULT = new DeleteOptions(BatchOptions.DEFAULT, false, null);

  private final BatchOptions batch;
  private final boolean dryRun;
  private final @Nullable String fingerprint;

  private DeleteOptions(BatchOptions batch, boolean dryRun, @Nullable String fingerprint) {
    this.batch = batch;
    this.dryRun = dryRun;
    this.fingerprint = fingerprint;
  }

  /** All entries are deleted or none, and no reader sees some of them without the others. */
  public DeleteOptions atomic() {
    return new DeleteOptions(batch.atomic(), dryRun, fingerprint);
  }

  /** As {@link WriteOptions#author}. */
  public DeleteOptions author(String newAuthor) {
    return new DeleteOptions(batch.author(newAuthor), dryRun, fingerprint);
  }

  /** Nothing is deleted: the result tells what would be. */
  public DeleteOptions dryRun() {
    return new DeleteOptions(batch, true, fingerprint);
  }

  /**
   * The deletion happens only if it hits the entries that a dry run has shown, each of them
   * unchanged, and else throws {@link PreconditionFailedException}. It is atomic where the database
   * has transactions. On a standalone MongoDB an entry that changes at the last moment stays, and
   * {@link DeleteResult#changed()} lists it.
   *
   * @param newFingerprint the {@link DeleteResult#fingerprint()} of the dry run
   */
  public DeleteOptions ifMatch(String newFingerprint) {
    return new DeleteOptions(batch, dryRun, Objects.requireNonNull(newFingerprint, "fingerprint"));
  }

  public boolean isAtomic() {
    return batch.isAtomic();
  }

  public Optional<String> author() {
    return batch.author();
  }

  public boolean isDryRun() {
    return dryRun;
  }

  /** Returns the fingerprint that the entries must have; empty where any will do. */
  public Optional<String> fingerprint() {
    return Optional.ofNullable(fingerprint);
  }
}
