package dev.kvstore.internal.mongo;

import com.mongodb.MongoInterruptedException;
import dev.kvstore.KVException;
import dev.kvstore.internal.support.Deadline;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what became of a write whose reply was lost. What can be known:
 *
 * <ul>
 *   <li>Never sent: not done. {@link SendMark} knows.
 *   <li>The key has the write's own etag, as a majority has it: done, and durable.
 *   <li>The key has another etag, or is absent: this proves nothing. The command may still be on
 *       its way: a server that stood still for a while, or an open transaction on the key, lets it
 *       take effect after the reading, and what was written may not have reached a majority yet. Or
 *       it was done and another write came after it. So the key is read again and again until the
 *       time is up, and then the outcome is unknown. "Not done" is never concluded from a reading.
 *   <li>But where the write demanded an etag, and that is still there, it can be sent again: of two
 *       that demand the same etag the server does one at most, as the first takes the etag away. So
 *       it is sent again until it is done. When that etag has gone and the write's own is not
 *       there, another write came in between, and no reading will ever tell whether before or
 *       after.
 * </ul>
 *
 * <p>To send other writes again is for the driver alone, which gives them a number that the server
 * does once. All this takes as long again as the write was given.
 */
record MongoWriteResolver(StoreAccess access) {
  /** The looks go on for as long as the time limit allows, and mostly fail alike. */
  private static final int MOST_SUPPRESSED = 3;

  /**
   * Returns what came of the write.
   *
   * @param lost what its command threw
   * @param mayHaveBeenSent whether the command may have reached the server
   * @param look has one look and returns the outcome, or null where it is still open
   * @throws KVException if the write was not done, or nothing can be known
   */
  <T> T settle(
      RuntimeException lost,
      boolean mayHaveBeenSent,
      String doing,
      Function<Deadline, @Nullable T> look) {
    throwUnlessLost(lost, mayHaveBeenSent, doing);
    Deadline deadline = access.beginSettling();
    try {
      while (!deadline.hasPassed()) {
        T outcome = lookOnce(look, deadline, lost, doing);
        if (outcome != null) {
          return outcome;
        }
        deadline.pause();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw access.errors().unknown(doing, lost);
  }

  private <T> @Nullable T lookOnce(
      Function<Deadline, @Nullable T> look, Deadline deadline, RuntimeException lost, String doing)
      throws InterruptedException {
    try {
      return look.apply(deadline);
    } catch (KVException e) {
      throw e;
    } catch (MongoInterruptedException e) {
      throw new InterruptedException();
    } catch (RuntimeException e) {
      if (MongoErrors.isClosed(e)) {
        throw access.errors().unknown(doing, lost);
      }
      if (lost.getSuppressed().length < MOST_SUPPRESSED) {
        lost.addSuppressed(e);
      }
      return null;
    }
  }

  /** Throws where it is known that nothing was done, or that nothing can be found out. */
  private void throwUnlessLost(RuntimeException lost, boolean mayHaveBeenSent, String doing) {
    if (!mayHaveBeenSent || MongoErrors.isRefusal(lost)) {
      throw access.failed(lost, doing);
    }
    if (lost instanceof MongoInterruptedException) {
      // Whoever interrupts wants the thread back, not another wait.
      Thread.currentThread().interrupt();
      throw access.errors().unknown(doing, lost);
    }
  }

  /** Looks whether all documents are as these writes made them, and returns them by key. */
  @Nullable
  Map<String, StoredDocument> lookForAll(List<EntryWrite> writes, Deadline deadline) {
    Map<String, StoredDocument> present = readAll(writes, deadline);
    return writes.stream().allMatch(write -> write.isIn(present)) ? present : null;
  }

  /** Like {@link SessionCollection#readAll}, for the keys of these writes. */
  Map<String, StoredDocument> readAll(List<EntryWrite> writes, Deadline deadline) {
    List<String> keys = writes.stream().map(EntryWrite::key).toList();
    return access.run(deadline, collection -> collection.readAll(keys));
  }
}
