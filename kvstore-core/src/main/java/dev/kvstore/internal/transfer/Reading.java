package dev.kvstore.internal.transfer;

import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.ValueLimits;
import org.jspecify.annotations.Nullable;

/**
 * How a snapshot is read.
 *
 * @param types what scalars without quotes stand for
 * @param separator what joins the names of members into keys; null to keep values nested
 * @param metadata whether each value comes with its metadata
 * @param json holds JSON to the limits
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

  /** Values without metadata, of any size that a store may have. */
  public static Reading of(FileFormat format, Types types, @Nullable String separator) {
    return new Reading(format, types, separator, false, Values.LIMITS, Values.JSON);
  }

  /** As this one, for values that come with their metadata. */
  public Reading withMetadata() {
    return new Reading(format, types, separator, true, limits, json);
  }

  /** As this one, with the names of members joined into keys. */
  public Reading withSeparator(String newSeparator) {
    return new Reading(format, types, newSeparator, metadata, limits, json);
  }
}
