package dev.kvstore;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The result of a deletion of many entries.
 *
 * @param keys the keys whose entries were deleted, or would be by a deletion that is no dry run
 * @param changed the keys whose entries stay because they are not what they had to be
 * @param fingerprint stands for the entries as they were found, see {@link DeleteOptions#ifMatch};
 *     empty if the entries of given keys were deleted without a look
 * @since 0.1.0
 */
public record DeleteResult(List<String> keys, List<String> changed, Optional<String> fingerprint) {
  public DeleteResult {
    keys = List.copyOf(Objects.requireNonNull(keys, "keys"));
    changed = List.copyOf(Objects.requireNonNull(changed, "changed"));
    Objects.requireNonNull(fingerprint, "fingerprint");
  }
}
