package dev.kvstore.internal.transfer;

import dev.kvstore.spi.RawValue;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a snapshot.
 *
 * @param place the place of the key
 * @param node the value as written in the text; null in the exact format
 * @param metadata null if the snapshot has none
 */
public record SnapshotEntry(
    String key,
    Place place,
    RawValue value,
    @Nullable Node node,
    @Nullable Metadata metadata) {

  /** The metadata of an entry that an import uses. */
  public record Metadata(Optional<String> author, Optional<Instant> expiresAt) {}

  /** Returns the line of the key, from 1. */
  public int line() {
    return place.line();
  }
}
