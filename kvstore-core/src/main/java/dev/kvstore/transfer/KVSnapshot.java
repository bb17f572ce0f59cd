package dev.kvstore.transfer;

import dev.kvstore.ChangeReport;
import dev.kvstore.ErrorCode;
import dev.kvstore.ImportStoppedException;
import dev.kvstore.InvalidInputException;
import dev.kvstore.InvalidSnapshotException;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.internal.transfer.SnapshotExport;
import dev.kvstore.internal.transfer.SnapshotImport;
import dev.kvstore.internal.transfer.SnapshotReader;
import dev.kvstore.internal.transfer.SnapshotSource;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Exports and imports stores. A snapshot of one store can be imported into any other, even in
 * another kind of database. Snapshots are streamed, so they may be of any size. An import holds all
 * its keys in memory only if they are not in order; the keys of an export are in order.
 *
 * <pre>{@code
 * ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
 * KVSnapshot.export(settings, snapshot, ExportOptions.EXACT);
 * ChangeReport report = KVSnapshot.importInto(
 *     settings, new ByteArrayInputStream(snapshot.toByteArray()), ImportOptions.EXACT);
 * report.unchanged();
 * }</pre>
 *
 * @since 0.1.0
 */
public final class KVSnapshot {
  private KVSnapshot() {}

  /**
   * Writes the entries of the store, and flushes the stream without closing it. Not a snapshot in
   * time: it may or may not reflect concurrent writes. With the history it is complete up to its
   * last revision.
   *
   * @throws InvalidInputException if the format does not support the options
   * @throws KVException with {@link ErrorCode#HISTORY_GONE} if revisions are removed before they
   *     are read; {@link ErrorCode#MISSING_DEPENDENCY} if the format is YAML and
   *     {@code com.fasterxml.jackson.dataformat:jackson-dataformat-yaml} is not on the class path
   * @throws IOException if the stream fails
   */
  public static ExportResult export(KVStore store, OutputStream to, ExportOptions options)
      throws IOException {
    Objects.requireNonNull(store, "store");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(options, "options");
    List<String> losses = new ArrayList<>();
    long[] lost = {0};
    Writer writer = new BufferedWriter(new OutputStreamWriter(to, StandardCharsets.UTF_8));
    long entries = new SnapshotExport(store, options.prefix(), options.writing())
        .to(
            writer,
            loss -> {
              if (lost[0]++ < ExportResult.MAX_LOSSES) {
                losses.add(loss);
              }
            },
            done -> {
              options.progress().accept(done);
              return true;
            });
    writer.flush();
    return new ExportResult(entries, lost[0], losses);
  }

  /**
   * Writes the entries of a snapshot to the store. The whole snapshot is read and checked before
   * anything is written; meanwhile it is kept in a temporary file that only its owner can read.
   * Entries that are already the same are not written.
   *
   * @throws InvalidSnapshotException if the snapshot is invalid; nothing was written
   * @throws PreconditionFailedException if {@link ImportOptions#ifMatch} does not hold; nothing was
   *     written
   * @throws ImportStoppedException if the import ended early; it can be run again
   * @throws KVException with {@link ErrorCode#CONFLICT} as {@link ImportOptions#restore};
   *     {@link ErrorCode#NO_HISTORY} if a history is restored into a store without one;
   *     {@link ErrorCode#MISSING_DEPENDENCY} as {@link #export}
   * @throws IOException if the stream fails
   */
  public static ChangeReport importInto(KVStore store, InputStream from, ImportOptions options)
      throws IOException {
    Objects.requireNonNull(store, "store");
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(options, "options");
    try (SnapshotSource source = SnapshotSource.copyOf(from, "snapshot")) {
      SnapshotReader reader = new SnapshotReader(source, options.reading());
      return new SnapshotImport(store, reader, options.settings(), options.listener()).run();
    }
  }
}
