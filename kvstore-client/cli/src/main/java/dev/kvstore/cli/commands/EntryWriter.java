package dev.kvstore.cli.commands;

import dev.kvstore.BatchResult;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteOptions;
import dev.kvstore.cli.document.StoredTypes;
import dev.kvstore.cli.terminal.Progress;
import dev.kvstore.internal.support.Chunks;
import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Writes many entries, in as few requests as it takes, and counts them. */
final class EntryWriter {
  private static final int AT_ONCE = 200;

  /** How many requests run at a time where each key needs one. */
  private static final int PARALLEL = 8;

  private final KVStore store;
  private final boolean deep;
  private long created;
  private long changed;

  /** @param deep whether objects that are there are merged into, and not written over */
  EntryWriter(KVStore store, boolean deep) {
    this.store = store;
    this.deep = deep;
  }

  long created() {
    return created;
  }

  long changed() {
    return changed;
  }

  /** Writes the new values over what is there. */
  void set(List<Difference> differences, Progress progress) {
    int done = 0;
    for (List<Difference> some : Chunks.of(differences, AT_ONCE)) {
      Map<String, RawValue> values = new LinkedHashMap<>();
      for (Difference difference : some) {
        if (deep && difference.before() != null) {
          merge(difference);
        } else {
          values.put(difference.key(), difference.written());
        }
      }
      BatchResult result = store.setMany(values);
      created += result.created();
      changed += result.replaced();
      done += some.size();
      progress.tell(done, differences.size());
    }
  }

  /** Merges into what is there by compare-and-set: another writer's members are not lost. */
  private void merge(Difference difference) {
    String key = difference.key();
    RawValue value = difference.written();
    try {
      store.update(
          key,
          RawValue.TYPE,
          present -> StoredTypes.keep(key, Objects.requireNonNull(present), value, true)
              .value());
      changed++;
    } catch (KeyNotFoundException e) {
      store.set(key, value);
      created++;
    }
  }

  /** Writes the values whose keys have no entry; of those that get one meanwhile, none. */
  void setDefaults(List<Difference> differences, Progress progress) {
    ExecutorService threads = Executors.newFixedThreadPool(PARALLEL, work -> {
      Thread thread = new Thread(work, "kv-default");
      thread.setDaemon(true);
      return thread;
    });
    try {
      List<CompletableFuture<Boolean>> writes = new ArrayList<>();
      for (Difference difference : differences) {
        writes.add(CompletableFuture.supplyAsync(() -> setDefault(difference), threads));
      }
      int done = 0;
      for (CompletableFuture<Boolean> write : writes) {
        created += write.join() ? 1 : 0;
        done++;
        if (done % AT_ONCE == 0 || done == writes.size()) {
          progress.tell(done, writes.size());
        }
      }
    } catch (CompletionException e) {
      throw e.getCause() instanceof KVException failure ? failure : e;
    } finally {
      threads.shutdownNow();
    }
  }

  private boolean setDefault(Difference difference) {
    try {
      store.set(difference.key(), difference.written(), WriteOptions.ifAbsent());
      return true;
    } catch (PreconditionFailedException e) {
      return false;
    }
  }
}
