package dev.kvstore.http.limits;

import dev.kvstore.KVQuery;
import dev.kvstore.http.error.ProblemException;

/**
 * The room for entries that are read of a store and not written yet. How large they are is known
 * only afterwards, so room for the largest is taken before, and for fewer of them where there is
 * not enough. Room for one entry is never given to those who take more, so that every request gets
 * on: one that reads entry by entry holds none while its reader keeps it waiting. Not thread-safe.
 */
public final class PageRoom {
  /** A scan ends with the entry that brings its values to so many bytes. */
  public static final int SCAN_BYTES = 4 * 1024 * 1024;

  /** What an entry takes beside its value. */
  public static final int ENTRY_BYTES = 1024;

  private final Room room;
  private final int largestValue;
  private long reserved;
  private long kept;

  /** @param largestValue the most bytes that the value of an entry has; 0 where none is read */
  PageRoom(Room room, int largestValue) {
    this.room = room;
    this.largestValue = largestValue;
  }

  /** Returns what one entry may take, for which there always is room in turn. */
  static long entryBytes(int largestValue) {
    return (long) largestValue + ENTRY_BYTES;
  }

  /**
   * Returns the most that one request takes for a page: what it has read of it, the scan for the
   * rest, and the room for one entry that it leaves.
   */
  static long mostBytes(int largestValue) {
    return 2 * ((long) SCAN_BYTES + largestValue)
        + (long) KVQuery.MAX_LIMIT * ENTRY_BYTES
        + entryBytes(largestValue);
  }

  /**
   * Takes room for a scan of at most so many entries and returns how many of them it may read. To
   * be followed by {@link #keep}. Blocks for a moment where there is not even room for one.
   *
   * @throws ProblemException if there still is none then
   */
  public int takeForScan(int most) {
    return take(most, scanBytes());
  }

  /** Like {@link #takeForScan}, but returns 0 where there is no room at once. */
  public int tryTakeForScan(int most) {
    return tryTake(most, scanBytes());
  }

  /** Like {@link #takeForScan}, for entries that are all read, however large they are. */
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
   * Keeps what the entries that were read need of what was taken, and gives back the rest.
   *
   * @param bytes the bytes of their values
   */
  public void keep(int count, long bytes) {
    long needed = bytes + (long) count * ENTRY_BYTES;
    if (needed > reserved) {
      // Values may be larger than they could be written today.
      room.takePageSoon(needed - reserved);
    } else {
      room.giveBackPage(reserved - needed);
    }
    reserved = 0;
    kept += needed;
  }

  /** Gives back all that was kept: the entries are written. */
  public void clear() {
    room.giveBackPage(kept);
    kept = 0;
  }
}
