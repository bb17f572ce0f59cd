package dev.kvstore;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The result of a deletion of many entries.
 *
 * @param keys the keys whose entries were deleted or, in a dry run, would be deleted
 * @param changed the keys whose entries were kept because they no longer matched the fingerprint
 * @param fingerprint identifies the entries that were found, see {@link DeleteOptions#ifMatch};
 *     empty if the given keys were deleted without reading their entries
 * @since 0.1.0
 */
public record DeleteResult(List<String> keys, List<String> changed, Optional<String> fingerprint) {
  public DeleteResult {
    keys = List.copyOf(Objects.requireNonNull(keys, "keys"));
    changed = List.copyOf(Objects.requireNonNull(changed, "changed"));
    Objects.requireNonNull(fingerprint, "fingerprint");
  }
}
