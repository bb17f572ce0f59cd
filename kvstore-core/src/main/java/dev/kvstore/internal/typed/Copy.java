package dev.kvstore.internal.typed;

import dev.kvstore.ChangeReport;
import dev.kvstore.CopyOptions;
import dev.kvstore.DeleteOptions;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVOperation;
import dev.kvstore.KVQuery;
import dev.kvstore.Names;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteCondition;
import dev.kvstore.internal.support.KeyOrder;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A copy of many entries of a store to another one, or within the store, maybe as a move. */
public final class Copy extends ManyChanges {
  /** How many entries are read at once by their keys, at most, and before their size is known. */
  private static final int MANY_AT_ONCE = 20;

  private static final int FEW_AT_ONCE = 4;

  /** Entries that have so many bytes are not compared with more of them at once. */
  private static final long BYTES_AT_ONCE = 1024 * 1024;

  private static final ReadOptions FRESH = ReadOptions.DEFAULT.bypassingCache();

  private final EntryStore source;
  private final EntryStore target;
  private final boolean within;
  private final Supplier<Iterator<KVEntry<RawValue>>> entries;
  private final int skipped;
  private final String toPrefix;
  private final CopyOptions options;
  private final LongConsumer held;

  private Copy(
      EntryStore source,
      EntryStore target,
      String name,
      Supplier<Iterator<KVEntry<RawValue>>> entries,
      int skipped,
      String toPrefix,
      CopyOptions options,
      LongConsumer held) {
    super(target, Cause.of(options), name, options.isDryRun(), options.fingerprint());
    this.source = source;
    this.target = target;
    this.within = source.identity().equals(target.identity());
    this.entries = entries;
    this.skipped = skipped;
    this.toPrefix = toPrefix;
    this.options = options;
    this.held = held;
  }

  /**
   * Copies all entries whose keys begin with the prefix.
   *
   * @param held called with the bytes of each entry that is held in memory until all are written,
   *     and with a negative number when entries are read again
   */
  public static ChangeReport ofPrefix(
      EntryStore source, String prefix, EntryStore target, CopyOptions options, LongConsumer held) {
    KeyRange range = new KeyRange(prefix, null);
    return new Copy(
            source,
            target,
            "copy of '" + prefix + "'",
            () -> source.stream(range, Projection.ENTRIES, KVQuery.MAX_LIMIT, FRESH)
                .iterator(),
            prefix.length(),
            options.toPrefix().orElse(prefix),
            options,
            held)
        .run();
  }

  /** Copies the entries of those of the keys that have one, as {@link #ofPrefix}. */
  public static ChangeReport ofKeys(
      EntryStore source,
      Collection<String> keys,
      EntryStore target,
      CopyOptions options,
      LongConsumer held) {
    Set<String> sorted = new TreeSet<>(KeyOrder.INSTANCE);
    keys.forEach(key -> sorted.add(Names.checkKey(key)));
    return new Copy(
            source,
            target,
            "copy of " + sorted.size() + " keys",
            () -> new Named(source, sorted),
            0,
            options.toPrefix().orElse(""),
            options,
            held)
        .run();
  }

  /** The entries of those of the keys that have one, in order, fewer at once if they are large. */
  private static final class Named implements Iterator<KVEntry<RawValue>> {
    private final EntryStore store;
    private final Iterator<String> keys;
    private Iterator<KVEntry<RawValue>> read = Collections.emptyIterator();
    private int atOnce = FEW_AT_ONCE;

    Named(EntryStore store, Collection<String> keys) {
      this.store = store;
      this.keys = keys.iterator();
    }

    @Override
    public boolean hasNext() {
      while (!read.hasNext() && keys.hasNext()) {
        List<String> some = new ArrayList<>();
        while (keys.hasNext() && some.size() < atOnce) {
          some.add(keys.next());
        }
        List<KVEntry<RawValue>> found = store.find(some, FRESH).stream()
            .sorted(Comparator.comparing(KVEntry::key, KeyOrder.INSTANCE))
            .toList();
        long bytes = found.stream().mapToLong(ManyChanges::size).sum();
        atOnce = bytes < BYTES_AT_ONCE ? MANY_AT_ONCE : FEW_AT_ONCE;
        read = found.iterator();
      }
      return read.hasNext();
    }

    @Override
    public KVEntry<RawValue> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return read.next();
    }
  }

  @Override
  void held(long bytes) {
    held.accept(bytes);
  }

  /** Returns the key of an entry's copy. */
  private String copied(KVEntry<?> entry) {
    return Names.checkKey(toPrefix + entry.key().substring(skipped));
  }

  @Override
  Plan plan() {
    Plan plan = new Plan();
    List<Step> leaving = new ArrayList<>();
    Set<String> arrived = new HashSet<>();
    Iterator<KVEntry<RawValue>> rest = entries.get();
    while (rest.hasNext()) {
      Map<String, KVEntry<RawValue>> some = new LinkedHashMap<>();
      long bytes = 0;
      while (rest.hasNext() && some.size() < MANY_AT_ONCE && bytes < BYTES_AT_ONCE) {
        KVEntry<RawValue> entry = rest.next();
        some.put(copied(entry), entry);
        bytes += size(entry);
      }
      Map<String, KVEntry<RawValue>> present = new HashMap<>();
      target.find(some.keySet(), FRESH).forEach(entry -> present.put(entry.key(), entry));
      some.forEach((key, entry) -> {
        if (arrives(key, entry, present.get(key), plan, leaving)) {
          arrived.add(key);
        }
      });
    }
    for (Step step : leaving) {
      if (!within) {
        plan.addOther(step);
      } else if (!arrived.contains(step.key)) { // what is copied there stays
        plan.add(step);
      }
    }
    return plan;
  }

  /** Plans what becomes of one entry, and returns whether it is where it goes afterwards. */
  private boolean arrives(
      String key,
      KVEntry<RawValue> entry,
      @Nullable KVEntry<RawValue> present,
      Plan plan,
      List<Step> leaving) {
    boolean same = present != null && isSame(entry, present);
    Step write = null;
    if (same || (present != null && options.isDefaults())) {
      plan.unchanged();
    } else {
      write = new Step(key, present, entry, null);
      plan.add(write);
    }
    boolean arrives = same || write != null;
    // The very same entry has the same etag, even if the stores are not known to be one.
    boolean moves = !entry.key().equals(key)
        || present == null
        || !(within || entry.etag().equals(present.etag()));
    if (options.isMoving() && arrives && moves) {
      leaving.add(new Step(entry.key(), entry, null, write));
    }
    return arrives;
  }

  private static boolean isSame(KVEntry<RawValue> one, KVEntry<RawValue> other) {
    return Objects.equals(one.value(), other.value())
        && one.metadata().expiresAt().equals(other.metadata().expiresAt());
  }

  @Override
  Mutation.Put put(Step step, KVEntry<RawValue> then) {
    Optional<String> store = within ? Optional.empty() : Optional.of(source.name());
    Cause cause =
        Cause.of(options).from(KVOperation.COPY, TypedHistory.source(store, then.metadata()));
    return new Mutation.Put(new Write(
        step.key,
        Objects.requireNonNull(then.value()),
        step.condition(),
        null,
        then.metadata().expiresAt().orElse(null),
        false,
        cause,
        null));
  }

  @Override
  KVOperation ofDeletion() {
    return KVOperation.DELETE;
  }

  /** Deletes what was moved to another store. */
  @Override
  void finish(Plan plan, Map<Step, String> failed) {
    Map<String, WriteCondition> conditions = new LinkedHashMap<>();
    for (Step step : plan.others()) {
      if (step.first != null && failed.containsKey(step.first)) {
        failed.put(step, NOT_COPIED);
      } else {
        conditions.put(step.key, step.condition());
      }
    }
    if (conditions.isEmpty()) {
      return;
    }
    DeleteOptions deletion = Cause.of(options)
        .addTo(DeleteOptions.DEFAULT, DeleteOptions::author, DeleteOptions::comment);
    Set<String> changed;
    try {
      changed = Set.copyOf(new Deletion(source, deletion).of(conditions).changed());
    } catch (KVException e) {
      throw unfinished("the copies", e);
    }
    for (Step step : plan.others()) {
      if (changed.contains(step.key)) {
        failed.put(step, CHANGED);
      }
    }
  }
}
