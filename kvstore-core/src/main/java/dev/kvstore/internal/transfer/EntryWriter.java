package dev.kvstore.internal.transfer;

import dev.kvstore.BatchOptions;
import dev.kvstore.DeleteOptions;
import dev.kvstore.KVEntry;
import dev.kvstore.KVOperation;
import dev.kvstore.KVStore;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.RawValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Writes the entries of an import in as few requests as possible. Only this class changes the store
 * during an import. Not thread-safe.
 */
final class EntryWriter implements AutoCloseable {
  /** The number of concurrent requests if each key needs one. */
  private static final int PARALLEL = 8;

  private final KVStore store;
  private final ImportSettings settings;
  private final boolean onCondition;
  private @Nullable ExecutorService threads;

  /** @param onCondition true to write each entry only if it is still the one that was found */
  EntryWriter(KVStore store, ImportSettings settings, boolean onCondition) {
    this.store = store;
    this.settings = settings;
    this.onCondition = onCondition;
  }

  /** Writes the entries. Returns the keys of those that had changed and were not written. */
  Set<String> write(List<PlannedWrite> writes) {
    Map<Optional<String>, Map<String, RawValue>> batches = new LinkedHashMap<>();
    Map<String, Runnable> singles = new LinkedHashMap<>();
    for (PlannedWrite write : writes) {
      if (settings.deep() && write.before() != null && !onCondition) {
        merge(write);
      } else if (onCondition
          || settings.mode() == ImportMode.DEFAULTS
          || expiry(write).isPresent()) {
        singles.put(write.key(), () -> set(write));
      } else {
        batches
            .computeIfAbsent(author(write), author -> new LinkedHashMap<>())
            .put(write.key(), write.after());
      }
    }
    batches.forEach((author, values) -> store.setMany(values, batchOptions(author)));
    return inParallel(singles);
  }

  private BatchOptions batchOptions(Optional<String> author) {
    BatchOptions options = BatchOptions.DEFAULT.operation(KVOperation.IMPORT);
    options = settings.comment() == null ? options : options.comment(settings.comment());
    return author.isPresent() ? options.author(author.get()) : options;
  }

  private void set(PlannedWrite write) {
    store.set(write.key(), write.after(), options(write));
  }

  private WriteOptions options(PlannedWrite write) {
    KVEntry<RawValue> before = write.before();
    WriteOptions options = before == null && (onCondition || settings.mode() == ImportMode.DEFAULTS)
        ? WriteOptions.ifAbsent()
        : before != null && onCondition
            ? WriteOptions.ifMatch(before.etag())
            : WriteOptions.DEFAULT;
    options = described(options, author(write));
    Optional<Instant> expiry = expiry(write);
    if (expiry.isPresent()) {
      Duration left = Duration.between(Instant.now(), expiry.get());
      options = options.ttl(left.toMillis() < 1 ? Duration.ofMillis(1) : left);
    }
    return options;
  }

  private WriteOptions described(WriteOptions options, Optional<String> author) {
    WriteOptions described = options.operation(KVOperation.IMPORT);
    described = settings.comment() == null ? described : described.comment(settings.comment());
    return author.isPresent() ? described.author(author.get()) : described;
  }

  private static Optional<Instant> expiry(PlannedWrite write) {
    SnapshotEntry.Metadata metadata = write.entry().metadata();
    return metadata == null ? Optional.empty() : metadata.expiresAt();
  }

  private Optional<String> author(PlannedWrite write) {
    SnapshotEntry.Metadata metadata = write.entry().metadata();
    Optional<String> own =
        metadata == null || !settings.authorsKept() ? Optional.empty() : metadata.author();
    return own.or(() -> Optional.ofNullable(settings.author()));
  }

  /**
   * Merges into the current value by compare-and-set, so that members of another writer are not
   * lost.
   */
  private void merge(PlannedWrite write) {
    String key = write.key();
    RawValue value = write.entry().value();
    try {
      store.update(
          key,
          RawValue.TYPE,
          present -> StoredTypes.keep(key, Objects.requireNonNull(present), value, true)
              .value(),
          described(WriteOptions.DEFAULT, author(write)));
    } catch (KeyNotFoundException e) {
      set(write);
    }
  }

  /** Deletes the entries. Returns the keys of those that had changed and were not deleted. */
  Set<String> delete(Collection<KVEntry<RawValue>> entries) {
    if (!onCondition) {
      DeleteOptions options = DeleteOptions.DEFAULT;
      options = settings.author() == null ? options : options.author(settings.author());
      options = settings.comment() == null ? options : options.comment(settings.comment());
      store.deleteMany(entries.stream().map(KVEntry::key).toList(), options);
      return Set.of();
    }
    Map<String, Runnable> singles = new LinkedHashMap<>();
    Optional<String> author = Optional.ofNullable(settings.author());
    for (KVEntry<RawValue> entry : entries) {
      WriteOptions options =
          described(WriteOptions.ifMatch(entry.etag()), author).operation(KVOperation.DELETE);
      singles.put(entry.key(), () -> store.delete(entry.key(), options));
    }
    return inParallel(singles);
  }

  /** Performs all writes concurrently. Returns the keys whose condition did not hold. */
  private Set<String> inParallel(Map<String, Runnable> writes) {
    if (writes.isEmpty()) {
      return Set.of();
    }
    ExecutorService executor = threads();
    List<CompletableFuture<@Nullable String>> results = new ArrayList<>();
    writes.forEach((key, write) -> results.add(CompletableFuture.supplyAsync(
        () -> {
          try {
            write.run();
            return null;
          } catch (PreconditionFailedException e) {
            return key;
          }
        },
        executor)));
    Set<String> refused = new HashSet<>();
    CompletionException first = null;
    for (CompletableFuture<@Nullable String> result : results) {
      try {
        String key = result.join();
        if (key != null) {
          refused.add(key);
        }
      } catch (CompletionException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first.getCause() instanceof RuntimeException failure ? failure : first;
    }
    return refused;
  }

  private ExecutorService threads() {
    ExecutorService started = threads;
    if (started == null) {
      started = Executors.newFixedThreadPool(PARALLEL, work -> {
        Thread thread = new Thread(work, "kvstore-import");
        thread.setDaemon(true);
        return thread;
      });
      threads = started;
    }
    return started;
  }

  @Override
  public void close() {
    if (threads != null) {
      threads.shutdownNow();
    }
  }
}
