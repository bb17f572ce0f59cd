package dev.kvstore.transfer;

import dev.kvstore.ChangeReport;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVQuery;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.transfer.FileFormat;
import dev.kvstore.internal.transfer.ImportListener;
import dev.kvstore.internal.transfer.ImportMode;
import dev.kvstore.internal.transfer.ImportSettings;
import dev.kvstore.internal.transfer.Reading;
import dev.kvstore.internal.transfer.Types;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Options of an import. Immutable; each method returns a changed copy.
 *
 * <p>In all formats except the exact one, a value whose JSON form is unchanged keeps its stored
 * type, such as a date.
 *
 * @since 0.1.0
 */
public final class ImportOptions {
  /** A JSON object with a member for each key. */
  public static final ImportOptions JSON = of(FileFormat.JSON);

  /**
   * A YAML mapping with the values under their keys. If there are several documents, later ones
   * override earlier ones.
   */
  public static final ImportOptions YAML = of(FileFormat.YAML);

  /** Properties. */
  public static final ImportOptions PROPERTIES = of(FileFormat.PROPERTIES);

  /** The format that {@link ExportOptions#EXACT} writes. */
  public static final ImportOptions EXACT = of(FileFormat.EXACT);

  private final Reading reading;
  private final ImportSettings settings;
  private final LongConsumer progress;

  private ImportOptions(Reading reading, ImportSettings settings, LongConsumer progress) {
    this.reading = reading;
    this.settings = settings;
    this.progress = progress;
  }

  private static ImportOptions of(FileFormat format) {
    return new ImportOptions(
        Reading.of(format, Types.JSON, null), ImportSettings.DEFAULT, done -> {});
  }

  private ImportOptions with(ImportSettings changed) {
    return new ImportOptions(reading, changed, progress);
  }

  /** Imports only the entries whose keys begin with this text, and deletes no others. */
  public ImportOptions prefix(String newPrefix) {
    return with(settings.withPrefix(KVQuery.prefix(newPrefix).prefix()));
  }

  /** Writes only entries whose keys are absent from the store. */
  public ImportOptions defaults() {
    return with(settings.withMode(ImportMode.DEFAULTS));
  }

  /** Deletes the entries that are not in the snapshot. */
  public ImportOptions replace() {
    return with(settings.withMode(ImportMode.REPLACE));
  }

  /**
   * Restores everything unchanged: versions, etags, times, authors, expiries, and the history with
   * its labels, as exported with {@link ExportOptions#metadata()} or
   * {@link ExportOptions#history()}. The store must be empty, also without revisions of deleted
   * entries, and must not be written in the meantime. If it holds the beginning of the snapshot, as
   * after a restore that stopped, the rest is added; anything else is refused with
   * {@link ErrorCode#CONFLICT}. Entries without a history get one revision each if the store has a
   * history.
   *
   * <p>Only in the exact format. {@link #author} and {@link #comment} do not apply, and the report
   * counts revisions.
   */
  public ImportOptions restore() {
    return with(settings.withMode(ImportMode.RESTORE));
  }

  /**
   * Reads values that come with metadata, see {@link ExportOptions#metadata()}, and writes them
   * with their authors and expiries. An entry that has expired is left out. The exact format needs
   * no such option.
   */
  public ImportOptions metadata() {
    return new ImportOptions(reading.withMetadata(), settings, progress);
  }

  /**
   * Imports each nested value under a key of its own, made of the names that lead to it:
   * {@code {"a": {"b": [1]}}} becomes {@code a.b[0]}.
   *
   * @param separator the text between two names
   */
  public ImportOptions flattened(String separator) {
    return new ImportOptions(
        reading.withSeparator(Objects.requireNonNull(separator, "separator")), settings, progress);
  }

  /** Writes nothing; the report says what would be written. */
  public ImportOptions dryRun() {
    return with(settings.withDryRun());
  }

  /**
   * Imports only if the changes are exactly those that a dry run reported, and throws
   * {@link PreconditionFailedException} otherwise. Each entry is written on the condition that it
   * is still the same; one that changes during the import is left alone and reported as failed.
   *
   * @param fingerprint the {@link ChangeReport#fingerprint()} of the dry run
   */
  public ImportOptions ifMatch(String fingerprint) {
    return with(settings.withFingerprint(Objects.requireNonNull(fingerprint, "fingerprint")));
  }

  /**
   * Stores this author with the entries that have none in the snapshot.
   *
   * @throws InvalidInputException as {@link WriteOptions#author}
   */
  public ImportOptions author(String newAuthor) {
    return with(
        settings.withAuthor(WriteOptions.DEFAULT.author(newAuthor).author().orElse(null), true));
  }

  /**
   * Records the comment in the history, see {@link WriteOptions#comment}.
   *
   * @throws InvalidInputException as that method
   */
  public ImportOptions comment(String newComment) {
    return with(
        settings.withComment(WriteOptions.DEFAULT.comment(newComment).comment().orElse(null)));
  }

  /** Calls this action from time to time with the number of entries imported so far. */
  public ImportOptions onProgress(LongConsumer action) {
    return new ImportOptions(reading, settings, Objects.requireNonNull(action, "action"));
  }

  Reading reading() {
    return reading;
  }

  ImportSettings settings() {
    return settings;
  }

  ImportListener listener() {
    return new ImportListener() {
      @Override
      public void progress(long done, long total) {
        progress.accept(done);
      }
    };
  }
}
