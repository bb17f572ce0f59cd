package dev.kvstore.internal.transfer;

import dev.kvstore.ChangeReport;
import dev.kvstore.ChangeReport.Kind;
import dev.kvstore.ImportStoppedException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.internal.support.KeyOrder;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares the entries of a snapshot with those of a store, and writes the differences. */
final class ImportPass {
  private static final int AT_ONCE = 200;
  private static final long BYTES_AT_ONCE = 4L * 1024 * 1024;
  private static final String CHANGED = "it has changed meanwhile, and was not written";

  private final KVStore store;
  private final SnapshotReader reader;
  private final ImportSettings settings;
  private final ImportListener listener;
  private final PresentEntries present;
  private final ReportBuilder report = new ReportBuilder();
  private final ChunkDigests digests = new ChunkDigests();
  private final List<SnapshotEntry> waiting = new ArrayList<>();
  private long waitingBytes;
  private long done;

  /** Null if nothing is written. */
  private final @Nullable EntryWriter writer;

  /** The digests of the dry run that must still match, or null. */
  private final @Nullable ChunkDigests expected;

  ImportPass(
      KVStore store,
      SnapshotReader reader,
      ImportSettings settings,
      ImportListener listener,
      @Nullable EntryWriter writer,
      @Nullable ChunkDigests expected) {
    this.store = store;
    this.reader = reader;
    this.settings = settings;
    this.listener = listener;
    this.present = new PresentEntries(store);
    this.writer = writer;
    this.expected = expected;
  }

  ChunkDigests digests() {
    return digests;
  }

  /** @param total the number of entries to import */
  ChangeReport run(SnapshotKeys keys, long total) throws IOException {
    reader.each(entry -> {
      if (entry.key().startsWith(settings.prefix())) {
        waiting.add(entry);
        waitingBytes += entry.value().size();
        if (waiting.size() == AT_ONCE || waitingBytes >= BYTES_AT_ONCE) {
          flush(total);
        }
      }
    });
    flush(total);
    if (settings.mode() == ImportMode.REPLACE) {
      deleteOthers(keys);
    }
    return report.build(writer == null ? digests.fingerprint() : null);
  }

  private void flush(long total) {
    if (waiting.isEmpty()) {
      return;
    }
    String first = waiting.get(0).key();
    int line = waiting.get(0).line();
    guarded(first, line, () -> {
      Map<String, KVEntry<RawValue>> found =
          present.find(waiting.stream().map(SnapshotEntry::key).toList());
      List<PlannedWrite> writes = new ArrayList<>();
      for (SnapshotEntry entry : waiting) {
        plan(entry, found.get(entry.key())).ifPresent(writes::add);
      }
      writes.forEach(listener::write);
      write(writes);
    });
    done += waiting.size();
    waiting.clear();
    waitingBytes = 0;
    listener.progress(done, total);
  }

  /** Returns the necessary write of the entry; empty if there is none. */
  private Optional<PlannedWrite> plan(SnapshotEntry entry, @Nullable KVEntry<RawValue> before) {
    Optional<PlannedWrite> write = hasExpired(entry) ? Optional.empty() : needed(entry, before);
    digests.add(entry.key(), before, write.map(PlannedWrite::after).orElse(null));
    if (write.isEmpty()) {
      report.unchanged();
    }
    return write;
  }

  private Optional<PlannedWrite> needed(SnapshotEntry entry, @Nullable KVEntry<RawValue> before) {
    if (before == null) {
      return Optional.of(new PlannedWrite(entry, null, entry.value(), List.of()));
    }
    if (settings.mode() == ImportMode.DEFAULTS) {
      return Optional.empty();
    }
    RawValue stored = Values.of(before);
    boolean sameExpiry = isSameExpiry(entry, before);
    if (stored.equals(entry.value())) {
      return sameExpiry
          ? Optional.empty()
          : Optional.of(new PlannedWrite(entry, before, stored, List.of()));
    }
    if (entry.node() == null) { // in the exact format
      return Optional.of(new PlannedWrite(entry, before, entry.value(), List.of()));
    }
    StoredTypes.Kept kept = StoredTypes.keep(entry.key(), stored, entry.value(), settings.deep());
    return sameExpiry && Values.same(stored, kept.value())
        ? Optional.empty()
        : Optional.of(new PlannedWrite(entry, before, kept.value(), kept.changes()));
  }

  private static boolean hasExpired(SnapshotEntry entry) {
    return entry.metadata() != null
        && entry.metadata().expiresAt().filter(Instant.now()::isAfter).isPresent();
  }

  private static boolean isSameExpiry(SnapshotEntry entry, KVEntry<RawValue> before) {
    return entry.metadata() == null
        || entry
            .metadata()
            .expiresAt()
            .map(ImportPass::millis)
            .equals(before.metadata().expiresAt().map(ImportPass::millis));
  }

  private static Instant millis(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS);
  }

  private void write(List<PlannedWrite> writes) {
    Set<String> refused = Set.of();
    if (isChangedSince()) {
      refused = new HashSet<>(writes.stream().map(PlannedWrite::key).toList());
    } else if (writer != null) {
      refused = writer.write(writes);
    }
    for (PlannedWrite write : writes) {
      boolean isRefused = refused.contains(write.key());
      if (isRefused && settings.mode() == ImportMode.DEFAULTS && expected == null) {
        report.unchanged(); // created concurrently
      } else {
        report.add(
            write.key(),
            isRefused ? Kind.FAILED : write.before() == null ? Kind.CREATED : Kind.CHANGED,
            write.valueBefore(),
            write.after(),
            write.entry().line(),
            isRefused ? CHANGED : null);
      }
    }
  }

  /** Ends a chunk. Returns true if it differs from the dry run. */
  private boolean isChangedSince() {
    int chunk = digests.end();
    return expected != null && !digests.isSame(chunk, expected);
  }

  private void deleteOthers(SnapshotKeys keys) throws IOException {
    Iterator<String> stored = store.streamKeys(settings.prefix()).iterator();
    Deletions deletions = new Deletions();
    if (keys.areInOrder()) {
      String[] next = {next(stored)};
      reader.each(entry -> {
        while (next[0] != null && KeyOrder.INSTANCE.compare(next[0], entry.key()) < 0) {
          deletions.add(next[0]);
          next[0] = next(stored);
        }
        if (entry.key().equals(next[0])) {
          next[0] = next(stored);
        }
      });
      for (String key = next[0]; key != null; key = next(stored)) {
        deletions.add(key);
      }
    } else {
      stored.forEachRemaining(key -> {
        if (!keys.contains(key)) {
          deletions.add(key);
        }
      });
    }
    deletions.flush();
  }

  private static @Nullable String next(Iterator<String> keys) {
    return keys.hasNext() ? keys.next() : null;
  }

  /** Deletes entries in batches. */
  private final class Deletions {
    private final List<String> some = new ArrayList<>();

    void add(String key) {
      some.add(key);
      if (some.size() == AT_ONCE) {
        flush();
      }
    }

    void flush() {
      delete(some);
      some.clear();
    }
  }

  private void delete(List<String> keys) {
    if (keys.isEmpty()) {
      return;
    }
    guarded(keys.get(0), 0, () -> {
      Map<String, KVEntry<RawValue>> found = present.find(keys);
      List<KVEntry<RawValue>> entries = new ArrayList<>();
      for (String key : keys) {
        KVEntry<RawValue> entry = found.get(key);
        if (entry != null) {
          entries.add(entry);
          digests.add(key, entry, null);
          listener.deletion(key, Values.of(entry));
        }
      }
      delete(entries);
    });
  }

  private void delete(Collection<KVEntry<RawValue>> entries) {
    Set<String> refused = Set.of();
    if (isChangedSince()) {
      refused = new HashSet<>(entries.stream().map(KVEntry::key).toList());
    } else if (writer != null) {
      refused = writer.delete(entries);
    }
    for (KVEntry<RawValue> entry : entries) {
      boolean isRefused = refused.contains(entry.key());
      report.add(
          entry.key(),
          isRefused ? Kind.FAILED : Kind.DELETED,
          entry.value(),
          isRefused ? entry.value() : null,
          0,
          isRefused ? CHANGED : null);
    }
  }

  /** Runs a step; a failure is thrown with the place where the import stopped. */
  private void guarded(String key, int line, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      if (writer == null || (report.done() == 0 && !(e instanceof KVException))) {
        throw e;
      }
      throw ImportStoppedException.of(key, line, report.done(), e);
    }
  }
}
