package dev.kvstore.http.net;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Notifies the connection when a request begins and ends, and fails reads of a body that arrives
 * too slowly: after some time below a minimum rate, not counting the time in which the service does
 * not wait for the body, or in more than the total time for a body of its size.
 */
public final class PacedHandler extends Handler.Wrapper {
  private static final int TOTAL_BYTES_PER_SECOND = 16 * 1024;

  private final long patienceNanos;
  private final long bytesPerSecond;
  private final long bodyNanos;

  /**
   * @param patience how long a body may take regardless of the rate
   * @param bytesPerSecond the minimum average rate after that
   * @param bodyTimeout how long a body may take in total, plus a second for each
   *     {@value #TOTAL_BYTES_PER_SECOND} received bytes
   */
  public PacedHandler(Duration patience, long bytesPerSecond, Duration bodyTimeout) {
    this.patienceNanos = patience.toNanos();
    this.bytesPerSecond = bytesPerSecond;
    this.bodyNanos = bodyTimeout.toNanos();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    PacedEndPoint endPoint = PacedConnector.endPoint(request);
    if (endPoint != null) {
      String id = request.getId();
      endPoint.beginRequest(id);
      Request.addCompletionListener(request, failure -> endPoint.endRequest(id));
    }
    return super.handle(new PacedRequest(request), response, callback);
  }

  /** A request with a paced body. Only one thread reads it at a time. */
  private final class PacedRequest extends Request.Wrapper {
    private final long begin = System.nanoTime();
    private final Scheduler scheduler;
    private final HttpFields headers;

    /** The reader's callback while it waits; the thread that takes it wakes the reader. */
    private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();

    private long waitedNanos;
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean late;
    private Content.@Nullable Chunk failure;
    private Scheduler.@Nullable Task timer;

    PacedRequest(Request request) {
      super(request);
      this.scheduler = request.getComponents().getScheduler();
      HttpFields all = request.getHeaders();
      // The service does not use cookies, and parsing long ones takes time.
      this.headers = all.contains(HttpHeader.COOKIE)
          ? HttpFields.build(all).remove(HttpHeader.COOKIE).asImmutable()
          : all;
    }

    @Override
    public HttpFields getHeaders() {
      return headers;
    }

    @Override
    public void demand(Runnable whenThere) {
      long start = System.nanoTime();
      waiting.set(() -> {
        waitedNanos += System.nanoTime() - start;
        whenThere.run();
      });
      if (timer == null) {
        schedule();
        Request.addCompletionListener(this, failed -> cancel());
      }
      super.demand(this::wake);
    }

    private void wake() {
      Runnable reader = waiting.getAndSet(null);
      if (reader != null) {
        reader.run();
      }
    }

    private long left() {
      long more = (long) (bytes.get() * 1e9 / TOTAL_BYTES_PER_SECOND);
      return begin + bodyNanos + more - System.nanoTime();
    }

    private void schedule() {
      timer = scheduler.schedule(this::check, Math.max(left(), 0), TimeUnit.NANOSECONDS);
    }

    private void cancel() {
      Scheduler.Task last = timer;
      if (last != null) {
        last.cancel();
      }
    }

    private void check() {
      if (left() > 0) {
        schedule();
        return;
      }
      late = true;
      Runnable reader = waiting.getAndSet(null);
      if (reader != null) {
        getComponents().getExecutor().execute(reader);
      }
    }

    @Override
    public Content.@Nullable Chunk read() {
      if (failure != null) {
        return failure;
      }
      if (late) {
        return fail("The body was not there in time");
      }
      Content.Chunk chunk = super.read();
      if (chunk == null || Content.Chunk.isFailure(chunk)) {
        return chunk;
      }
      long received = bytes.addAndGet(chunk.remaining());
      if (chunk.isLast()
          || waitedNanos <= patienceNanos
          || received >= waitedNanos / 1e9 * bytesPerSecond) {
        return chunk;
      }
      chunk.release();
      return fail("The body comes too slowly");
    }

    private Content.Chunk fail(String reason) {
      Content.Chunk failed = Content.Chunk.from(new TimeoutException(reason));
      failure = failed;
      return failed;
    }
  }
}
