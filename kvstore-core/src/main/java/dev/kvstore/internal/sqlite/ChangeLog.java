package dev.kvstore.internal.sqlite;

import dev.kvstore.KVChange.Kind;
import dev.kvstore.KVMetadata;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.Change;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The latest changes of a file and their positions: numbers that grow with every change and are
 * never reused. They follow the clock, so that they do not reveal the number of changes in other
 * stores. The writer's thread adds the changes of a transaction and publishes them after the
 * commit; any thread can read published changes.
 */
final class ChangeLog {
  /** The number of changes that are kept, which take less than 10 MB with short keys. */
  static final int KEPT = 32 * 1024;

  /** A position before all changes that are kept. */
  private static final long NOWHERE = 0;

  /** The bits of a position for each second: no process makes 2^24 changes per second. */
  private static final int BITS_A_SECOND = 24;

  private static final long NANOS_A_SECOND = 1_000_000_000;

  private final int kept;

  // Confined to the writer's thread.
  private final List<LongFunction<Logged>> pending = new ArrayList<>();

  // Guarded by this.
  private final ArrayDeque<Logged> recent = new ArrayDeque<>();
  private final List<Logged> committing = new ArrayList<>();
  /** Changes up to this position have been dropped from the log. */
  private long forgotten;
  /** Changes up to this position have been published. */
  private long published;

  /** The last position that was assigned. */
  private volatile long reached;

  /** The position of the last change of each store, including changes about to be committed. */
  private final Map<String, Long> reachedByStore = new ConcurrentHashMap<>();

  private final long first;
  private final LongSupplier clock;

  /** A change of a store; without a change, the drop of the store. */
  private record Logged(
      String store, long position, @Nullable Change change) {}

  /**
   * The changes of a store since a position.
   *
   * @param droppedAt the position of the last drop, or 0; the changes are those after it
   * @param upTo the position up to which there are no other changes
   */
  record News(List<Change> changes, long droppedAt, long upTo) {}

  /**
   * @param first the position before the first change, see {@link #first}
   * @param clock returns the position of the current time, see {@link #positionOf}
   */
  ChangeLog(long first, int kept, LongSupplier clock) {
    this.kept = kept;
    this.first = first;
    this.clock = clock;
    this.forgotten = first;
    this.published = first;
    this.reached = first;
  }

  /**
   * Returns the first position of a file that is opened now. It is after all positions of this
   * file, of other files opened earlier, and of later states of this file that was restored from a
   * backup. So an old position is never mistaken for a new one.
   *
   * @param saved the last position that is stored in the file
   * @return at least 1
   */
  static long first(long saved, Instant now) {
    return Math.max(saved + 1, positionOf(now));
  }

  /** Returns a position that grows with the time. */
  static long positionOf(Instant time) {
    return (time.getEpochSecond() << BITS_A_SECOND)
        + ((((long) time.getNano()) << BITS_A_SECOND) / NANOS_A_SECOND);
  }

  /** Adds that the open transaction has written the entry. */
  void set(String store, KVMetadata written) {
    add(store, Kind.SET, written.key(), written.version(), written.etag());
  }

  /** Adds that the open transaction has deleted the entry. */
  void deleted(String store, String key) {
    add(store, Kind.DELETE, key, 0, null);
  }

  /** Adds that the open transaction has removed an expired entry, or is about to replace it. */
  void expired(String store, String key) {
    add(store, Kind.EXPIRE, key, 0, null);
  }

  private void add(String store, Kind kind, String key, long version, @Nullable String etag) {
    pending.add(at -> new Logged(store, at, new Change(kind, key, version, etag, at)));
  }

  /** Adds that the open transaction has dropped the store. */
  void dropped(String store) {
    pending.add(at -> new Logged(store, at, null));
  }

  /**
   * Assigns positions to the changes of the open transaction. Returns the last position, to be
   * stored in the same transaction; 0 if there are no changes.
   */
  synchronized long reserve() {
    if (pending.isEmpty()) {
      return 0;
    }
    long position = Math.max(reached, clock.getAsLong() - pending.size());
    for (LongFunction<Logged> change : pending) {
      Logged logged = change.apply(++position);
      committing.add(logged);
      reachedByStore.put(logged.store, position);
    }
    // Set it before the commit: a reader of the new entry must not get an earlier token.
    reached = position;
    return position;
  }

  /** Publishes the changes of a committed transaction. Returns true if there were any. */
  synchronized boolean publish() {
    boolean any = !committing.isEmpty();
    for (Logged change : committing) {
      recent.addLast(change);
      published = change.position;
    }
    while (recent.size() > kept) {
      forgotten = recent.removeFirst().position;
    }
    forget();
    return any;
  }

  /** Called when committed changes could not be published; all sinks must start over. */
  synchronized void lose() {
    recent.clear();
    forget();
    reached++;
    published = reached;
    forgotten = reached;
  }

  /** Discards the changes of a transaction that was rolled back. */
  synchronized void forget() {
    pending.clear();
    committing.clear();
  }

  /** Returns a position that includes everything that can have been read from the store. */
  long reached(String store) {
    return reachedByStore.getOrDefault(store, first);
  }

  /** Returns the position up to which changes are published. */
  synchronized long published() {
    return published;
  }

  /** Returns the position to start a subscription at; null means now. */
  synchronized long start(@Nullable SyncToken from) {
    if (from == null) {
      return published;
    }
    // A token can be that of a pending commit; one from the future belongs to another file.
    return from.position() <= reached ? Math.min(from.position(), published) : NOWHERE;
  }

  /** Advances the position without a change, as a heartbeat. */
  synchronized void moveOn() {
    if (committing.isEmpty()) {
      reached = Math.max(reached + 1, clock.getAsLong());
      published = reached;
    }
  }

  /** Returns the changes of the store after this position; null if they are no longer kept. */
  synchronized @Nullable News after(String store, long from) {
    if (from < forgotten || from > published) {
      return null;
    }
    ArrayDeque<Change> changes = new ArrayDeque<>();
    Iterator<Logged> latest = recent.descendingIterator();
    while (latest.hasNext()) {
      Logged logged = latest.next();
      if (logged.position <= from) {
        break;
      }
      if (!logged.store.equals(store)) {
        continue;
      }
      if (logged.change == null) {
        return new News(List.copyOf(changes), logged.position, published);
      }
      changes.addFirst(logged.change);
    }
    return new News(List.copyOf(changes), 0, published);
  }
}
