package dev.kvstore.internal.transfer;

import org.jspecify.annotations.Nullable;

/**
 * The options for writing a snapshot.
 *
 * @param types how unquoted scalars in properties will be read
 * @param separator joins the names of nested values to keys; null to keep them nested
 * @param metadata true to write each value with its metadata
 * @param history whether there are all revisions in place of the entries
 */
public record Writing(
    FileFormat format, Types types, @Nullable String separator, boolean metadata, boolean history) {
  public Writing(FileFormat format, Types types, @Nullable String separator, boolean metadata) {
    this(format, types, separator, metadata, false);
  }

  /** As this one, with the metadata. */
  public Writing withMetadata() {
    return new Writing(format, types, separator, true, history);
  }

  /** As this one, with all revisions, which have their metadata. */
  public Writing withHistory() {
    return new Writing(format, types, separator, true, true);
  }
}
