package dev.kvstore.internal.transfer;

import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.ValueLimits;
import org.jspecify.annotations.Nullable;

/**
 * The options for reading a snapshot.
 *
 * @param types the interpretation of unquoted scalars
 * @param separator joins the names of members to keys; null to keep values nested
 * @param metadata true if each value comes with its metadata
 * @param json parses JSON within the limits
 */
public record Reading(
    FileFormat format,
    Types types,
    @Nullable String separator,
    boolean metadata,
    ValueLimits limits,
    JsonTranscoder json) {
  public Reading(
      FileFormat format,
      Types types,
      @Nullable String separator,
      boolean metadata,
      ValueLimits limits) {
    this(format, types, separator, metadata, limits, new JsonTranscoder(limits));
  }

  /** Returns options for values without metadata, of any size that a store accepts. */
  public static Reading of(FileFormat format, Types types, @Nullable String separator) {
    return new Reading(format, types, separator, false, Values.LIMITS, Values.JSON);
  }

  /** Returns a copy for values with metadata. */
  public Reading withMetadata() {
    return new Reading(format, types, separator, true, limits, json);
  }

  /** Returns a copy with the names of members joined to keys. */
  public Reading withSeparator(String newSeparator) {
    return new Reading(format, types, newSeparator, metadata, limits, json);
  }
}
