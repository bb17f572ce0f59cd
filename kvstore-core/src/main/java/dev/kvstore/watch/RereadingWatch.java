package dev.kvstore.watch;

import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.Interest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads something again after each change of it. What changes faster than it is read is read as it
 * is in the end, so nothing has to wait in a queue.
 */
abstract class RereadingWatch extends Watch {
  private static final Logger log = LoggerFactory.getLogger(RereadingWatch.class);

  private static final Duration RETRY = Duration.ofSeconds(1);

  private final String subject;
  private final Interest interest;
  private final Later later;
  private final SerialRunner runner;

  private boolean failing; // of the runner alone

  // Guarded by this.
  private SyncToken position = SyncToken.START;
  private boolean byHand;

  /** @param subject what is read, for log lines: {@code the key 'k'} */
  RereadingWatch(
      String subject,
      Interest interest,
      Executor executor,
      Later later,
      Consumer<Watch> whenClosed) {
    super(whenClosed);
    this.subject = subject;
    this.interest = interest;
    this.later = later;
    this.runner = new SerialRunner(executor, this::read);
  }

  /**
   * Reads it. What this throws is logged, and it is called again after a while.
   *
   * @param byHand whether somebody has changed an entry and perhaps not its etag
   */
  abstract void read(ReadOptions options, boolean byHand);

  @Override
  final SerialRunner runner() {
    return runner;
  }

  @Override
  public final Interest interest() {
    return interest;
  }

  @Override
  public final void positioned(long at) {
    changedAt(at, false);
  }

  @Override
  public final void changed(List<Change> changes, long upTo) {
    for (Change change : changes) {
      if (interest.covers(change.key())) {
        changedAt(change.position(), change.version() == Change.UNKNOWN_VERSION);
      }
    }
    runner.retry();
  }

  @Override
  public final void missed() {
    // It is read when this is positioned anew.
  }

  private void changedAt(long at, boolean isByHand) {
    synchronized (this) {
      position = position.max(new SyncToken(at));
      byHand |= isByHand;
    }
    runner.wake();
  }

  private void read() {
    ReadOptions options;
    boolean wasByHand;
    synchronized (this) {
      // Without positions nobody can tell whether a cache has heard of the change already.
      options = position.equals(SyncToken.START)
          ? ReadOptions.DEFAULT.bypassingCache()
          : ReadOptions.atLeast(position);
      wasByHand = byHand;
      byHand = false;
    }
    try {
      read(options, wasByHand);
      failing = false;
    } catch (RuntimeException | Error e) {
      tryLater(e, wasByHand);
    }
  }

  private void tryLater(Throwable e, boolean wasByHand) {
    if (!failing) {
      log.warn("A change of {} cannot be read, it is tried again: {}", subject, e.getMessage());
    }
    log.debug("{} cannot be read", subject, e);
    failing = true;
    synchronized (this) {
      byHand |= wasByHand;
    }
    later.run(runner::wake, RETRY);
  }
}
