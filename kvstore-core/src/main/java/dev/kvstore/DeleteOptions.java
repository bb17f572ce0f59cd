package dev.kvstore;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Options of a deletion of many entries. Immutable; each method returns a changed copy.
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
  /** Each key independently, without conditions or an author. */
  public static final DeleteOptions DEFAULT = new DeleteOptions(BatchOptions.DEFAULT, false, null);

  private final BatchOptions batch;
  private final boolean dryRun;
  private final @Nullable String fingerprint;

  private DeleteOptions(BatchOptions batch, boolean dryRun, @Nullable String fingerprint) {
    this.batch = batch;
    this.dryRun = dryRun;
    this.fingerprint = fingerprint;
  }

  /** Deletes all entries or none. No reader sees a partial deletion. */
  public DeleteOptions atomic() {
    return new DeleteOptions(batch.atomic(), dryRun, fingerprint);
  }

  /** Like {@link WriteOptions#author}. */
  public DeleteOptions author(String newAuthor) {
    return new DeleteOptions(batch.author(newAuthor), dryRun, fingerprint);
  }

  /** Like {@link WriteOptions#comment}. */
  public DeleteOptions comment(String newComment) {
    return new DeleteOptions(batch.comment(newComment), dryRun, fingerprint);
  }

  /** Like {@link WriteOptions#operation}. */
  public DeleteOptions operation(KVOperation newOperation) {
    return new DeleteOptions(batch.operation(newOperation), dryRun, fingerprint);
  }

  /** Deletes nothing; the result lists what would be deleted. */
  public DeleteOptions dryRun() {
    return new DeleteOptions(batch, true, fingerprint);
  }

  /**
   * Deletes only if the entries are exactly those of a dry run, all unchanged, and throws
   * {@link PreconditionFailedException} otherwise. Atomic if the database has transactions. On a
   * standalone MongoDB, an entry that changes during the deletion is kept and listed in
   * {@link DeleteResult#changed()}.
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

  public Optional<String> comment() {
    return batch.comment();
  }

  /** Returns the operation to record in the history; empty for a delete. */
  public Optional<KVOperation> operation() {
    return batch.operation();
  }

  public boolean isDryRun() {
    return dryRun;
  }

  /** Returns the fingerprint that the entries must have; empty for no condition. */
  public Optional<String> fingerprint() {
    return Optional.ofNullable(fingerprint);
  }
}
