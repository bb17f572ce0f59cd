package dev.kvstore.internal.transfer;

import dev.kvstore.ChangeReport;
import dev.kvstore.ChangeReport.Kind;
import dev.kvstore.ErrorCode;
import dev.kvstore.HistoryQuery;
import dev.kvstore.ImportStoppedException;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVLabel;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVRevision;
import dev.kvstore.KVStore;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.internal.transfer.HistoryNodes.Begin;
import dev.kvstore.internal.transfer.HistoryNodes.Labelled;
import dev.kvstore.internal.transfer.HistoryNodes.Line;
import dev.kvstore.internal.transfer.HistoryNodes.Revision;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.RestorableStore;
import dev.kvstore.spi.Restoration;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Restores a store: takes from a snapshot what comes after the last revision that the store has,
 * which is all if it is empty, and stores it as it was. So one that stopped half way is run again.
 */
final class RestorePass {
  private static final int AT_ONCE = 200;
  private static final long BYTES_AT_ONCE = 4L * 1024 * 1024;

  private final KVStore store;
  private final SnapshotReader reader;
  private final ImportSettings settings;
  private final ImportListener listener;
  private final RestorableStore target;
  private final boolean recorded;
  private final List<KVLabel> labels = new ArrayList<>();
  private @Nullable Instant reachesBackTo;
  private @Nullable KVRevision<RawValue> last;
  private long present;
  private long total;

  // Of one reading of the revisions.
  private ReportBuilder report = new ReportBuilder();
  private ChunkDigests digests = new ChunkDigests();
  private final List<Revision> waiting = new ArrayList<>();
  private long waitingBytes;
  private long seen;
  private boolean begun;

  RestorePass(
      KVStore store, SnapshotReader reader, ImportSettings settings, ImportListener listener) {
    if (!reader.isExact()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "Only a snapshot in the exact format can be restored");
    }
    if (!(store.history() instanceof RestorableStore restorable)) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "This kind of store cannot be restored");
    }
    this.store = store;
    this.reader = reader;
    this.settings = settings;
    this.listener = listener;
    this.target = restorable;
    this.recorded = store.history().settings().isEnabled();
  }

  ChangeReport run() throws IOException {
    last = last();
    reader.lines(this::check);
    if (reachesBackTo != null && !recorded) {
      throw new KVException(
          ErrorCode.NO_HISTORY,
          "The snapshot has a history, and that of store '" + store.name()
              + "' is turned off: turn it on, or export without the history");
    }
    if (last != null && present == 0) {
      throw Restoration.refusal(
          store.name(), "its last change, of key '" + last.key() + "', is not in the snapshot");
    }
    if (settings.dryRun() || settings.fingerprint() != null) {
      ChangeReport preview = read(false);
      settings.requireFingerprint(digests);
      if (settings.dryRun()) {
        return preview;
      }
    }
    return read(true);
  }

  /** Returns what the store has last; of a store without history, the entry with the last key. */
  private @Nullable KVRevision<RawValue> last() {
    if (recorded) {
      HistoryQuery newest = HistoryQuery.ALL.limit(1);
      return store.history().revisions(newest, RawValue.TYPE).items().stream()
          .findFirst()
          .orElse(null);
    }
    try (Stream<String> keys = store.streamKeys("")) {
      return keys.reduce((before, each) -> each)
          .flatMap(key -> store.findEntry(key, RawValue.TYPE))
          .map(entry -> Restoration.revisionOf(entry.metadata(), entry))
          .orElse(null);
    }
  }

  private void check(Line line) {
    if (line instanceof Begin begin) {
      reachesBackTo = begin.reachesBackTo();
    } else if (line instanceof Labelled labelled) {
      labels.add(labelled.label());
    } else if (line instanceof Revision revision && isWanted(revision)) {
      listener.key(revision.revision().key());
      total++;
      if (last != null && Restoration.isSame(last, revision.revision())) {
        if (present > 0) {
          throw Restoration.refusal(store.name(), "its last change is in the snapshot twice");
        }
        last = revision.revision();
        present = total;
      }
    }
  }

  /** An entry that has expired is left out where it would be one of a store without history. */
  private boolean isWanted(Revision line) {
    KVRevision<RawValue> revision = line.revision();
    return revision.key().startsWith(settings.prefix())
        && (recorded
            || revision
                .metadata()
                .filter(entry -> entry.isExpiredAt(Instant.now()))
                .isEmpty());
  }

  private ChangeReport read(boolean writing) throws IOException {
    report = new ReportBuilder();
    digests = new ChunkDigests();
    report.unchanged(present);
    seen = 0;
    reader.lines(line -> {
      if (line instanceof Revision revision && isWanted(revision) && ++seen > present) {
        waiting.add(revision);
        waitingBytes += revision.revision().entry().map(RestorePass::size).orElse(0);
        if (waiting.size() == AT_ONCE || waitingBytes >= BYTES_AT_ONCE) {
          flush(writing);
        }
      }
    });
    flush(writing);
    return report.build(writing ? null : digests.fingerprint());
  }

  private static int size(KVEntry<RawValue> entry) {
    return Values.of(entry).size();
  }

  private void flush(boolean writing) {
    List<KVRevision<RawValue>> revisions =
        waiting.stream().map(Revision::revision).toList();
    // Also without any: the labels may be missing.
    if (writing && (!revisions.isEmpty() || !begun)) {
      restore(revisions);
    }
    for (Revision line : waiting) {
      RawValue value = line.revision().entry().map(Values::of).orElse(null);
      long version = line.revision().metadata().map(KVMetadata::version).orElse(0L);
      Kind kind = value == null ? Kind.DELETED : version == 1 ? Kind.CREATED : Kind.CHANGED;
      report.add(line.revision().key(), kind, null, value, line.place().line(), null);
      digests.add(line.revision().key(), null, value);
    }
    digests.end();
    waiting.clear();
    waitingBytes = 0;
    listener.progress(seen, total);
  }

  private void restore(List<KVRevision<RawValue>> revisions) {
    try {
      target.restore(
          new Restoration(last, revisions, reachesBackTo, begun || !recorded ? List.of() : labels));
    } catch (RuntimeException e) {
      if (waiting.isEmpty() || (!begun && !(e instanceof OutcomeUnknownException))) {
        throw e;
      }
      Revision first = waiting.get(0);
      throw ImportStoppedException.of(
          first.revision().key(), first.place().line(), report.done(), e);
    }
    begun = true;
    last = revisions.isEmpty() ? last : revisions.get(revisions.size() - 1);
  }
}
