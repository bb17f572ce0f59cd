package dev.kvstore;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The result of a deletion of many entries.
 *
 * @param keys the keys whose entries were deleted, or in a dry run would be
 * @param changed the keys whose entries have changed and stay
 * @param fingerprint in a dry run, identifies the entries and their versions, see
 *     {@link DeleteOptions#ifMatch}
 * @since 0.1.0
 */
public record DeleteResult(List<String> keys, List<String> changed, Optional<String> fingerprint) {
  public DeleteResult {
    keys = List.copyOf(keys);
    changed = List.copyOf(changed);
    Objects.requireNonNull(fingerprint, "fingerprint");
  }
}
