package dev.kvstore.http.api.events;

import dev.kvstore.SyncToken;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.net.RequestIds;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.FeedSubscription;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream of events to one reader. It has no thread of its own: when something happens, one of the
 * shared writers does everything that is possible without blocking.
 */
final class EventStream implements WriteListener, AsyncListener {
  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  private final RequestContext context;
  private final EventStreams streams;
  private final EntryStore store;
  private final EventQueue queue;
  private final EventSource source;
  private final EventFrames frames;
  private final boolean resumes;

  /** The number of wake-ups since a writer last served it. */
  private final AtomicInteger calls = new AtomicInteger();

  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean mayWrite;
  private volatile boolean late;
  private volatile boolean lookDue;
  private volatile boolean stopping;
  private volatile @Nullable AsyncContext async;
  private volatile @Nullable FeedSubscription subscription;

  // Confined to the writer that serves it.
  private boolean begun;
  private boolean dirty;

  /**
   * @param store also read for other streams, so without the restrictions of this reader
   * @param resumes true if it must resume where another stream ended or fail
   */
  EventStream(
      RequestContext context,
      EntryStore store,
      EventStreams streams,
      EventFrames frames,
      EventFilter filter,
      boolean values,
      boolean resumes) {
    this.context = context;
    this.streams = streams;
    this.frames = frames;
    this.store = store;
    this.resumes = resumes;
    this.queue = new EventQueue(filter, streams.settings().maxWaiting(), this::wake);
    this.source = new EventSource(queue, frames, store, values, this::wake);
  }

  static void setHeaders(HttpServletResponse response) {
    response.setStatus(200);
    response.setContentType(EventsHandler.MEDIA_TYPE);
    response.setHeader("Cache-Control", "no-store");
    // Keep proxies from buffering the response, which would delay the events.
    response.setHeader("X-Accel-Buffering", "no");
  }

  /**
   * Opens the stream at this position or now and returns; the response follows asynchronously.
   *
   * @param heartbeat the interval of heartbeats
   * @throws ProblemException if there are too many streams
   */
  void open(@Nullable SyncToken from, Duration heartbeat) throws IOException {
    streams.add(this, heartbeat);
    boolean opened = false;
    try {
      subscription = store.subscribe(queue, from);
      AsyncContext started = context.handOver();
      started.addListener(this);
      context.response().getOutputStream().setWriteListener(this);
      async = started;
      opened = true;
    } finally {
      if (!opened) {
        ended.set(true);
      }
      if (ended.get()) { // possibly before there was a subscription to end
        release();
        complete();
      }
    }
  }

  String client() {
    return context.client();
  }

  /** Checks that the reader is still connected and still permitted. Call at least once a second. */
  void tick() {
    lookDue = true;
    wake();
  }

  /** Sends a heartbeat. */
  void beat() {
    source.beat();
    wake();
  }

  /** Called when the opening timeout has passed. */
  void openingTimedOut() {
    late = true;
    wake();
  }

  /** Ends the stream after the current event, if its reader accepts that. */
  void stop() {
    stopping = true;
    wake();
  }

  /** Ends the stream and its connection immediately. */
  void abort() {
    end(true);
  }

  @Override
  public void onWritePossible() {
    mayWrite = true;
    wake();
  }

  private void wake() {
    if (calls.getAndIncrement() != 0) {
      return;
    }
    try {
      streams.writers().execute(this::serve);
    } catch (RejectedExecutionException e) {
      end(true); // the service has stopped
    }
  }

  private void serve() {
    int seen = calls.get();
    while (seen != 0) {
      advance();
      seen = calls.addAndGet(-seen);
    }
  }

  private void advance() {
    // Not before the request's own thread has released it, which is when writing becomes possible.
    if (async == null || ended.get()) {
      return;
    }
    try {
      ServletOutputStream out = context.response().getOutputStream();
      if (isReaderGone()) {
        end(true);
      } else if (!mayRead()) {
        end(!begun || !canWrite(out));
      } else if (stopping) {
        stop(out);
      } else if (begun || begin(out)) {
        write(out);
      }
    } catch (IOException | RuntimeException | Error e) {
      LOG.debug("A stream of events has ended", e);
      end(true);
    }
  }

  /** Check only here, where no other thread can end the response and read the next request. */
  private boolean isReaderGone() {
    if (!lookDue) {
      return false;
    }
    lookDue = false;
    return context.isClientGone();
  }

  private boolean mayRead() {
    return context.principal().isActive();
  }

  private void stop(ServletOutputStream out) throws IOException {
    if (!canWrite(out)) {
      return;
    }
    if (begun) {
      end(false);
    } else {
      refuse(out, unavailable("The service is stopping"));
    }
  }

  private boolean begin(ServletOutputStream out) throws IOException {
    if ((resumes && !queue.isFilled() && !late) || !canWrite(out)) {
      return false;
    }
    if (resumes && !queue.isFilled()) {
      refuse(out, unavailable("The database does not say in time what it still knows"));
      return false;
    }
    if (resumes && queue.isReset()) {
      refuse(
          out,
          new Problem(
              ErrorKind.EVENTS_GONE,
              "What has changed since that event is not known any more: read again what you hold,"
                  + " and begin a new stream without Last-Event-ID"));
      return false;
    }
    begun = true;
    setHeaders(context.response());
    send(out, frames.comment());
    return true;
  }

  private void write(ServletOutputStream out) throws IOException {
    while (canWrite(out)) {
      if (!mayRead()) {
        end(false); // a stream must not outlive its token
        return;
      }
      byte[] next = source.next();
      if (next != null) {
        send(out, next);
      } else if (dirty) {
        dirty = false;
        out.flush();
      } else {
        return;
      }
    }
  }

  private void send(ServletOutputStream out, byte[] bytes) throws IOException {
    out.write(bytes);
    dirty = true;
  }

  /** Returns true if writing is possible. Otherwise {@link #onWritePossible} is called later. */
  private boolean canWrite(ServletOutputStream out) {
    if (!mayWrite) {
      return false;
    }
    // Reset it before isReady(), because the callback may come immediately.
    mayWrite = false;
    boolean can = out.isReady();
    if (can) {
      mayWrite = true;
    }
    return can;
  }

  private static Problem unavailable(String detail) {
    return new Problem(ErrorKind.UNAVAILABLE, detail).withHeader("Retry-After", "1");
  }

  private void refuse(ServletOutputStream out, Problem problem) throws IOException {
    HttpServletResponse response = context.response();
    byte[] body = problem.toJson(
        context.request().getRequestURI(),
        Objects.requireNonNull(response.getHeader(RequestIds.HEADER)));
    problem.headers().forEach(response::setHeader);
    response.setStatus(problem.kind().status());
    response.setContentType(Problem.MEDIA_TYPE);
    response.setContentLength(body.length);
    response.setHeader("Cache-Control", "no-store");
    send(out, body);
    end(false);
  }

  /** @param abort true to also close the connection, because the reader would not see the end */
  private void end(boolean abort) {
    if (ended.compareAndSet(false, true)) {
      if (abort) {
        RequestContext.abort(context.request());
      }
      release();
      complete();
    }
  }

  private void release() {
    streams.remove(this);
    FeedSubscription open = subscription;
    if (open != null) {
      open.close();
    }
  }

  private void complete() {
    AsyncContext opened = async;
    if (opened == null) {
      return;
    }
    try {
      opened.complete();
    } catch (IllegalStateException e) {
      LOG.debug("A stream of events had ended by itself", e);
    }
  }

  @Override
  public void onError(Throwable failure) {
    LOG.debug("The reader of a stream of events is gone", failure);
    end(false);
  }

  @Override
  public void onError(AsyncEvent event) {
    onError(event.getThrowable());
  }

  @Override
  public void onComplete(AsyncEvent event) {
    end(false);
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    end(true);
  }

  @Override
  public void onStartAsync(AsyncEvent event) {
    // A stream is started only once.
  }
}
