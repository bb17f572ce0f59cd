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
 * never used twice. They follow the clock, so that they do not say how many changes other stores
 * have had. The writer's thread adds what a transaction does and publishes it after the commit; any
 * thread reads what was published.
 */
final class ChangeLog {
  /** How many changes are remembered: less than 10 MB where keys are short. */
  static final int KEPT = 32 * 1024;

  /** Before all that is remembered. */
  private static final long NOWHERE = 0;

  /** No process makes more changes than 2 to the power of this in each second. */
  private static final int BITS_A_SECOND = 24;

  private static final long NANOS_A_SECOND = 1_000_000_000;

  private final int kept;

  // Of the writer's thread alone.
  private final List<LongFunction<Logged>> pending = new ArrayList<>();

  // Guarded by this.
  private final ArrayDeque<Logged> recent = new ArrayDeque<>();
  private final List<Logged> committing = new ArrayList<>();
  /** Nothing up to here is remembered. */
  private long forgotten;
  /** All up to here has been published. */
  private long published;

  /** No number up to here will be used again. */
  private volatile long reached;

  /** The position of the last change of each store, those about to be committed included. */
  private final Map<String, Long> reachedByStore = new ConcurrentHashMap<>();

  private final long first;
  private final LongSupplier clock;

  /** A change of a store, which was dropped where there is none. */
  private record Logged(
      String store, long position, @Nullable Change change) {}

  /**
   * What has happened to a store.
   *
   * @param droppedAt where it was dropped last, or 0; the changes are those after it
   * @param upTo there is nothing else up to here
   */
  record News(List<Change> changes, long droppedAt, long upTo) {}

  /**
   * @param first the position before the first change, see {@link #first}
   * @param clock tells the position of now, see {@link #positionOf}
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
   * Returns where the positions of a file that is opened now begin: after all that it has had, and
   * after those of other files and of later states of this one, which a backup brought back in
   * time. So a position from before is never taken for one of now.
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

  /** The open transaction has written the entry. */
  void set(String store, KVMetadata written) {
    add(store, Kind.SET, written.key(), written.version(), written.etag());
  }

  /** The open transaction has deleted the entry. */
  void deleted(String store, String key) {
    add(store, Kind.DELETE, key, 0, null);
  }

  /** The open transaction has removed the entry, or is about to replace it, for it is dead. */
  void expired(String store, String key) {
    add(store, Kind.EXPIRE, key, 0, null);
  }

  private void add(String store, Kind kind, String key, long version, @Nullable String etag) {
    pending.add(at -> new Logged(store, at, new Change(kind, key, version, etag, at)));
  }

  /** The open transaction has dropped the store. */
  void dropped(String store) {
    pending.add(at -> new Logged(store, at, null));
  }

  /**
   * Gives the changes of the open transaction their positions, and returns the last, which is to be
   * saved with them; 0 if there are no changes.
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
    // Before the commit: whoever reads what it wrote must not get an earlier token.
    reached = position;
    return position;
  }

  /** The transaction is committed. Returns whether it has changed anything. */
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

  /** Called when committed changes could not be published: all listeners have to start over. */
  synchronized void lose() {
    recent.clear();
    forget();
    reached++;
    published = reached;
    forgotten = reached;
  }

  /** The transaction is rolled back. */
  synchronized void forget() {
    pending.clear();
    committing.clear();
  }

  /** Returns a position that is not before anything that anybody can have read of the store. */
  long reached(String store) {
    return reachedByStore.getOrDefault(store, first);
  }

  /** Returns the position up to which everything can be heard of. */
  synchronized long published() {
    return published;
  }

  /** Returns from where somebody can be told, who knows all up to that position, or to this one. */
  synchronized long start(@Nullable SyncToken from) {
    if (from == null) {
      return published;
    }
    // A token can be of a commit that is on its way; one of the future is of another file.
    return from.position() <= reached ? Math.min(from.position(), published) : NOWHERE;
  }

  /** Moves the position on without a change, as a sign of life. */
  synchronized void moveOn() {
    if (committing.isEmpty()) {
      reached = Math.max(reached + 1, clock.getAsLong());
      published = reached;
    }
  }

  /**
   * Returns what happened to the store after that position, or null where nobody knows any more.
   */
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
