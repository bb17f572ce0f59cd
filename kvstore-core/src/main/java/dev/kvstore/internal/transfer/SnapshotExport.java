package dev.kvstore.internal.transfer;

import dev.kvstore.KVEntry;
import dev.kvstore.KVStore;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.io.Writer;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/** An export of the entries whose keys begin with the prefix. */
public record SnapshotExport(KVStore store, String prefix, Writing writing) {
  private static final int STEP = 100;

  /**
   * Exports the entries and returns their number.
   *
   * @param losses receives a message for each value that will be read back differently
   * @param progress called from time to time with the number of entries; returns false to end the
   *     export
   */
  public long to(Writer to, Consumer<String> losses, LongPredicate progress) throws IOException {
    long count = 0;
    try (SnapshotWriter snapshot = new SnapshotWriter(to, writing, losses)) {
      Iterator<KVEntry<RawValue>> entries = store.stream(prefix, RawValue.TYPE).iterator();
      while (entries.hasNext()) {
        snapshot.write(entries.next());
        count++;
        if (count % STEP == 0 && !progress.test(count)) {
          break;
        }
      }
    }
    return count;
  }
}
