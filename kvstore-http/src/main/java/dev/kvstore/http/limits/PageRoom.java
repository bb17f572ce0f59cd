package dev.kvstore.http.limits;

import dev.kvstore.KVQuery;
import dev.kvstore.http.error.ProblemException;

/**
 * The memory for entries that were read from a store but not written yet. Their size is known only
 * after the read, so memory for entries of maximum size is reserved before, for fewer of them if
 * there is not enough. Memory for one entry is never granted to requests for more, so that every
 * request makes progress: one that reads entry by entry holds none while its reader is slow. Not
 * thread-safe.
 */
public final class PageRoom {
  /** The size of values after which a scan ends. */
  public static final int SCAN_BYTES = 4 * 1024 * 1024;

  /** The memory of an entry besides its value. */
  public static final int ENTRY_BYTES = 1024;

  private final Room room;
  private final int largestValue;
  private long reserved;
  private long kept;

  /** @param largestValue the maximum size of an entry's value in bytes; 0 if values are not read */
  PageRoom(Room room, int largestValue) {
    this.room = room;
    this.largestValue = largestValue;
  }

  /** Returns the maximum memory of one entry, which every request eventually gets. */
  static long entryBytes(int largestValue) {
    return (long) largestValue + ENTRY_BYTES;
  }

  /**
   * Returns the maximum memory of one request for a page: what it has read, the scan for the rest,
   * and the memory for one entry that it must leave.
   */
  static long mostBytes(int largestValue) {
    return 2 * ((long) SCAN_BYTES + largestValue)
        + (long) KVQuery.MAX_LIMIT * ENTRY_BYTES
        + entryBytes(largestValue);
  }

  /**
   * Reserves memory for a scan of at most this many entries and returns how many it may read. Call
   * {@link #keep} afterwards. Blocks for a moment if there is not enough for one entry.
   *
   * @throws ProblemException if there is still not enough after that
   */
  public int takeForScan(int most) {
    return take(most, scanBytes());
  }

  /** Like {@link #takeForScan}, but returns 0 if there is not enough memory now. */
  public int tryTakeForScan(int most) {
    return tryTake(most, scanBytes());
  }

  /** Like {@link #takeForScan}, for a read that returns all entries regardless of their sizes. */
  public int take(int most) {
    return take(most, Long.MAX_VALUE);
  }

  private int take(int most, long mostBytes) {
    int count = tryTake(most, mostBytes);
    if (count == 0) {
      room.takePageSoon(bytes(1, mostBytes));
      reserved = bytes(1, mostBytes);
      return 1;
    }
    return count;
  }

  private int tryTake(int most, long mostBytes) {
    int count = most;
    while (count > 0 && !room.tryTakePage(bytes(count, mostBytes))) {
      count /= 2;
    }
    reserved = count == 0 ? 0 : bytes(count, mostBytes);
    return count;
  }

  private long scanBytes() {
    return SCAN_BYTES + (long) largestValue;
  }

  private long bytes(int count, long mostBytes) {
    return Math.min((long) count * largestValue, mostBytes) + (long) count * ENTRY_BYTES;
  }

  /**
   * Keeps the part of the reserved memory that the read entries need, and gives back the rest.
   *
   * @param bytes the size of their values
   */
  public void keep(int count, long bytes) {
    long needed = bytes + (long) count * ENTRY_BYTES;
    if (needed > reserved) {
      // Stored values may exceed the current limit.
      room.takePageSoon(needed - reserved);
    } else {
      room.giveBackPage(reserved - needed);
    }
    reserved = 0;
    kept += needed;
  }

  /** Gives back all kept memory after the entries were written. */
  public void clear() {
    room.giveBackPage(kept);
    kept = 0;
  }
}
