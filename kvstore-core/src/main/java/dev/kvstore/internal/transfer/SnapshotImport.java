package dev.kvstore.internal.transfer;

import dev.kvstore.ChangeReport;
import dev.kvstore.ErrorCode;
import dev.kvstore.ImportStoppedException;
import dev.kvstore.InvalidInputException;
import dev.kvstore.InvalidSnapshotException;
import dev.kvstore.KVStore;
import dev.kvstore.PreconditionFailedException;
import java.io.IOException;

/**
 * An import of a snapshot. The whole snapshot is read and checked before anything is written. If
 * its keys are not in order, they are all kept in memory.
 */
public record SnapshotImport(
    KVStore store, SnapshotReader reader, ImportSettings settings, ImportListener listener) {
  /**
   * Imports the snapshot.
   *
   * @throws InvalidSnapshotException if the snapshot is invalid; nothing was written
   * @throws PreconditionFailedException if the fingerprint no longer matches; nothing was written
   * @throws ImportStoppedException if the import ended early
   */
  public ChangeReport run() throws IOException {
    if (settings.deep() && reader.isExact()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "Values of exact types cannot be merged into others");
    }
    if (settings.mode() == ImportMode.RESTORE) {
      return new RestorePass(store, reader, settings, listener).run();
    }
    long[] total = {0};
    SnapshotKeys keys = reader.check(
        () -> {
          total[0] = 0;
          return entry -> {
            if (entry.key().startsWith(settings.prefix())) {
              listener.key(entry.key());
              total[0]++;
            }
          };
        },
        listener::keptKey);
    ImportPass preview = null;
    if (settings.dryRun() || settings.fingerprint() != null) {
      preview = new ImportPass(
          store, reader, settings, settings.dryRun() ? listener : ImportListener.NONE, null, null);
      ChangeReport report = preview.run(keys, total[0]);
      settings.requireFingerprint(preview.digests());
      if (settings.dryRun()) {
        return report;
      }
    }
    try (EntryWriter writer = new EntryWriter(store, settings, preview != null)) {
      return new ImportPass(
              store, reader, settings, listener, writer, preview == null ? null : preview.digests())
          .run(keys, total[0]);
    }
  }
}
