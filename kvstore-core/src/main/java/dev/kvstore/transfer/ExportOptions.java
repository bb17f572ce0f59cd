package dev.kvstore.transfer;

import dev.kvstore.KVQuery;
import dev.kvstore.internal.transfer.FileFormat;
import dev.kvstore.internal.transfer.Types;
import dev.kvstore.internal.transfer.Writing;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Options of an export. Immutable; each method returns a changed copy.
 *
 * @since 0.1.0
 */
public final class ExportOptions {
  /** A JSON object with a member for each key. */
  public static final ExportOptions JSON = of(FileFormat.JSON);

  /** A YAML mapping with the values under their keys. */
  public static final ExportOptions YAML = of(FileFormat.YAML);

  /** Properties; a value that is an object or an array is JSON. */
  public static final ExportOptions PROPERTIES = of(FileFormat.PROPERTIES);

  /** MongoDB Extended JSON, one entry per line. Preserves every type. */
  public static final ExportOptions EXACT = of(FileFormat.EXACT);

  private final Writing writing;
  private final String prefix;
  private final LongConsumer progress;

  private ExportOptions(Writing writing, String prefix, LongConsumer progress) {
    this.writing = writing;
    this.prefix = prefix;
    this.progress = progress;
  }

  private static ExportOptions of(FileFormat format) {
    return new ExportOptions(new Writing(format, Types.JSON, null, false), "", done -> {});
  }

  /** Exports only the entries whose keys begin with this text. */
  public ExportOptions prefix(String newPrefix) {
    return new ExportOptions(writing, KVQuery.prefix(newPrefix).prefix(), progress);
  }

  /** Adds version, etag, times, author and expiry to each entry. Not possible in properties. */
  public ExportOptions metadata() {
    return new ExportOptions(writing.withMetadata(), prefix, progress);
  }

  /**
   * Writes every revision with its metadata, the oldest first, and the labels, in place of the
   * entries alone; of a store without history, the entries with their metadata. Only in the exact
   * format. {@link ImportOptions#restore()} makes the same store of it elsewhere.
   */
  public ExportOptions history() {
    return new ExportOptions(writing.withHistory(), prefix, progress);
  }

  /** Calls this action from time to time with the number of entries exported so far. */
  public ExportOptions onProgress(LongConsumer action) {
    return new ExportOptions(writing, prefix, Objects.requireNonNull(action, "action"));
  }

  Writing writing() {
    return writing;
  }

  String prefix() {
    return prefix;
  }

  LongConsumer progress() {
    return progress;
  }
}
