package dev.kvstore.internal.transfer;

import dev.kvstore.HistoryQuery;
import dev.kvstore.KVEntry;
import dev.kvstore.KVHistory;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.KVStore;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.io.Writer;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/** An export of the entries whose keys begin with the prefix, or of their revisions. */
public record SnapshotExport(KVStore store, String prefix, Writing writing) {
  private static final int STEP = 100;
  private static final int PAGE = 500;

  /**
   * Exports the entries or revisions and returns their number.
   *
   * @param losses receives a message for each value that will be read back differently
   * @param progress called from time to time with that number; returns false to end the export
   */
  public long to(Writer to, Consumer<String> losses, LongPredicate progress) throws IOException {
    try (SnapshotWriter snapshot = new SnapshotWriter(to, writing, losses)) {
      return writing.history() && store.history().settings().isEnabled()
          ? revisions(snapshot, progress)
          : entries(snapshot, progress);
    }
  }

  private long entries(SnapshotWriter snapshot, LongPredicate progress) throws IOException {
    long count = 0;
    Iterator<KVEntry<RawValue>> entries = store.stream(prefix, RawValue.TYPE).iterator();
    while (entries.hasNext()) {
      snapshot.write(entries.next());
      count++;
      if (count % STEP == 0 && !progress.test(count)) {
        break;
      }
    }
    return count;
  }

  private long revisions(SnapshotWriter snapshot, LongPredicate progress) throws IOException {
    KVHistory history = store.history();
    snapshot.begin(history.reachesBackTo(), history.labels());
    HistoryQuery query = HistoryQuery.prefix(prefix).limit(PAGE).withValues();
    long count = 0;
    KVPage<KVRevision<RawValue>> page;
    do {
      page = history.changes(query, RawValue.TYPE);
      for (KVRevision<RawValue> revision : page.items()) {
        snapshot.write(revision);
        count++;
        if (count % STEP == 0 && !progress.test(count)) {
          return count;
        }
      }
      query = query.after(page.next().orElseThrow());
    } while (!page.items().isEmpty());
    return count;
  }
}
