package dev.kvstore.internal.mongo;

import com.mongodb.MongoInterruptedException;
import dev.kvstore.KVException;
import dev.kvstore.internal.support.Deadline;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Determines the outcome of a write whose reply was lost. This is what can be known:
 *
 * <ul>
 *   <li>The command was never sent, as {@link SendMark} shows: it was not done.
 *   <li>A majority read of the key returns the write's own etag: it was done and is durable.
 *   <li>The key has another etag, or is absent: this proves nothing. The command may still take
 *       effect after the read, for example because the server was suspended or a transaction on the
 *       key was open; or it was done but has not reached a majority yet; or another write came
 *       after it. So the key is read repeatedly until the time is up, and then the outcome is
 *       unknown. A read never proves that the write was not done.
 *   <li>A write on the condition of an etag can be sent again while the key still has that etag: of
 *       two writes that demand the same etag at most one is done, because the first changes the
 *       etag. So it is sent again until it is done. If the key has neither the demanded etag nor
 *       the write's own, another write intervened, and no read can tell whether it came before or
 *       after.
 * </ul>
 *
 * <p>Other writes are retried by the driver alone, which numbers them so that the server executes
 * each once. Determining the outcome may take as long again as the time limit of the write.
 */
record MongoWriteResolver(StoreAccess access) {
  /**
   * The maximum number of suppressed exceptions: the reads are repeated until the time limit, and
   * mostly fail in the same way.
   */
  private static final int MOST_SUPPRESSED = 3;

  /**
   * Returns the outcome of the write.
   *
   * @param lost the exception of the command
   * @param mayHaveBeenSent true if the command may have reached the server
   * @param look reads once and returns the outcome, or null if it is still unknown
   * @throws KVException if the write was not done, or the outcome is unknown
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

  /** Throws if it is certain that nothing was done, or that the outcome cannot be determined. */
  private void throwUnlessLost(RuntimeException lost, boolean mayHaveBeenSent, String doing) {
    if (!mayHaveBeenSent || MongoErrors.isRefusal(lost)) {
      throw access.failed(lost, doing);
    }
    if (lost instanceof MongoInterruptedException) {
      // After an interrupt, do not wait again.
      Thread.currentThread().interrupt();
      throw access.errors().unknown(doing, lost);
    }
  }

  /**
   * Returns the documents by key if all of them are the results of these writes; null otherwise.
   */
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
