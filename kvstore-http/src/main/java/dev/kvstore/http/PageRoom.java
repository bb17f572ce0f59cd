package dev.kvstore.http;

/**
 * The room for entries that are read of a store and not written yet. How large they are is known
 * only afterwards, so room for the largest is taken before, and for fewer of them where there is
 * not enough. Not thread-safe.
 */
final class PageRoom {
  /** A scan ends with the entry that brings its values to so many bytes. */
  static final int SCAN_BYTES = 4 * 1024 * 1024;

  /** What an entry takes beside its value. */
  static final int ENTRY_BYTES = 1024;

  private final Room room;
  private final int largestValue;
  private long reserved;
  private long kept;

  /** @param largestValue the most bytes that the value of an entry has; 0 where none is read */
  PageRoom(Room room, int largestValue) {
    this.room = room;
    this.largestValue = largestValue;
  }

  /**
   * Takes room for a scan of at most so many entries and returns how many of them it may read. To
   * be followed by {@link #keep}. Blocks for a moment where there is not even room for one.
   *
   * @throws ProblemException if there still is none then
   */
  int takeForScan(int most) {
    return take(most, SCAN_BYTES + (long) largestValue);
  }

  /** As {@link #takeForScan}, for entries that are all read, however large they are. */
  int take(int most) {
    return take(most, Long.MAX_VALUE);
  }

  private int take(int most, long mostBytes) {
    int count = most;
    while (count > 1 && !room.tryTakePage(bytes(count, mostBytes))) {
      count /= 2;
    }
    if (count == 1) {
      room.takePageSoon(bytes(1, mostBytes));
    }
    reserved = bytes(count, mostBytes);
    return count;
  }

  private long bytes(int count, long mostBytes) {
    return Math.min((long) count * largestValue, mostBytes) + (long) count * ENTRY_BYTES;
  }

  /**
   * Keeps what the entries that were read need of what was taken, and gives back the rest.
   *
   * @param bytes the bytes of their values
   */
  void keep(int count, long bytes) {
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
  void clear() {
    room.giveBackPage(kept);
    kept = 0;
  }
}
