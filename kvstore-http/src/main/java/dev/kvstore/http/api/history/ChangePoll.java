package dev.kvstore.http.api.history;

import dev.kvstore.HistoryQuery;
import dev.kvstore.KVPage;
import dev.kvstore.KVRevision;
import dev.kvstore.http.api.HistoryRequests;
import dev.kvstore.http.api.history.RevisionPages.View;
import dev.kvstore.http.limits.PageRoom;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.Suspension;
import dev.kvstore.http.wire.Format;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.Interest;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A long poll for changes. It waits for a change or its timeout; when the change feed wakes it, it
 * reads the history again.
 */
final class ChangePoll implements Suspension, ChangeSink {
  /** The interval of checks that the client is still connected and still permitted. */
  private static final long TICK_MILLIS = 1000;

  /** The delay before it looks again for a change that is not in the history yet. */
  private static final long RETRY_MILLIS = 50;

  private static final int RETRIES = 4;

  private final ChangePolls polls;
  private final ResponseWriter responses;
  private final Format format;
  private final View view;
  private final Interest interest;
  private final long endNanos;

  // Confined to the worker that executes the request.
  private HistoryQuery query;
  private @Nullable FeedSubscription subscription;

  // Guarded by this.
  private @Nullable Runnable resume;
  private boolean due;
  private int retries;

  private volatile @Nullable RequestContext waiting;
  private volatile boolean gone;

  ChangePoll(
      ChangePolls polls,
      ResponseWriter responses,
      Format format,
      HistoryQuery query,
      View view,
      Duration wait) {
    this.polls = polls;
    this.responses = responses;
    this.format = format;
    this.query = query;
    this.view = view;
    this.interest = new Interest(Set.of(), Set.copyOf(query.prefixes()));
    this.endNanos = System.nanoTime() + wait.toNanos();
  }

  @Override
  public void handle(RequestContext context) throws IOException {
    boolean suspended = false;
    try {
      suspended = readOrWait(context);
    } finally {
      if (!suspended) {
        release(context);
      }
    }
  }

  private boolean readOrWait(RequestContext context) throws IOException {
    synchronized (this) {
      due = false;
    }
    boolean last = isOver();
    RevisionPages pages = new RevisionPages(context, query, view);
    PageRoom room = pages.room();
    KVPage<KVRevision<RawValue>> page =
        pages.read(HistoryRequests.history(context).history()::changes, room);
    if (page.items().isEmpty() && !last) {
      room.clear();
      query = query.after(page.next().orElseThrow());
      begin(context);
      context.suspend(this);
      return true;
    }
    context.allowRevalidation();
    responses.document(context, format, 200, out -> pages.write(out, page));
    room.clear();
    return false;
  }

  private void begin(RequestContext context) {
    if (waiting == null) {
      polls.add(this, context.client());
      waiting = context;
      subscription = context.entries().subscribe(this, null);
    }
  }

  private void release(RequestContext context) {
    if (waiting != null) {
      polls.remove(this, context.client());
    }
    FeedSubscription open = subscription;
    if (open != null) {
      open.close();
    }
  }

  private boolean isOver() {
    return gone || endNanos - System.nanoTime() <= 0 || polls.isClosed();
  }

  @Override
  public void await(Runnable newResume) {
    synchronized (this) {
      if (!due && !isOver()) {
        resume = newResume;
        schedule();
        return;
      }
    }
    newResume.run();
  }

  private void schedule() {
    RequestContext context = waiting;
    if (context == null) {
      return;
    }
    long left = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime()) + 1;
    long tick = retries > 0 ? RETRY_MILLIS << (RETRIES - retries) : TICK_MILLIS;
    Scheduler scheduler = RequestContext.core(context.request()).getComponents().getScheduler();
    Runnable expected = resume;
    scheduler.schedule(() -> tick(context, expected), Math.min(left, tick), TimeUnit.MILLISECONDS);
  }

  /**
   * @param expected the action that the tick was scheduled for; if it was already called, the tick
   *     is outdated
   */
  private void tick(RequestContext context, @Nullable Runnable expected) {
    synchronized (this) {
      if (resume == null || resume != expected) {
        return;
      }
      gone = context.isClientGone();
      boolean retried = retries > 0;
      retries = Math.max(0, retries - 1);
      if (!retried && !isOver() && context.principal().isActive()) {
        schedule();
        return;
      }
    }
    wake();
  }

  /** Triggers another read of the history. */
  void wake() {
    Runnable action;
    synchronized (this) {
      due = true;
      action = resume;
      resume = null;
    }
    if (action != null) {
      action.run();
    }
  }

  @Override
  public void positioned(long position) {
    wake();
  }

  @Override
  public void changed(List<Change> changes, long position) {
    if (changes.stream().anyMatch(change -> interest.covers(change.key()))) {
      synchronized (this) {
        retries = RETRIES;
      }
      wake();
    }
  }

  @Override
  public void missed() {
    wake();
  }

  @Override
  public Interest interest() {
    return interest;
  }
}
