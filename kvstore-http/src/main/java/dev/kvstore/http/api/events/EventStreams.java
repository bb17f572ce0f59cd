package dev.kvstore.http.api.events;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.limits.Shares;
import dev.kvstore.http.limits.Shares.Grant;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.internal.support.Guard;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open event streams, and the few threads that serve all of them. Thread-safe. */
public final class EventStreams implements AutoCloseable {
  /** The number of threads that write; they never block. */
  private static final int WRITERS = Math.max(2, Runtime.getRuntime().availableProcessors());

  /** The number of threads that read from the database. */
  private static final int READERS = 8;

  /** When the service stops, how long readers may take for pending data and threads to end. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration TICK = Duration.ofSeconds(1);

  /** The delay of the first heartbeat, which tells a reader early how fresh it is. */
  private static final Duration FIRST_BEAT = Duration.ofMillis(20);

  /** How long a new stream waits for the end of streams without a reader. */
  private static final Duration LOOK = Duration.ofMillis(200);

  private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);

  private final EventSettings settings;
  private final Shares shares;
  private final ExecutorService writers = threads("writer", WRITERS);
  private final ExecutorService readers = threads("reader", READERS);
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, factory("timer"));

  private final Guard guard = new Guard(LOG, "the timer of the streams of events");

  // Guarded by this.
  private final Map<EventStream, Future<?>> open = new HashMap<>();
  private boolean ticking;
  private boolean closed;

  public EventStreams(EventSettings settings) {
    this.settings = settings;
    this.shares = new Shares(settings.maxStreams(), settings.maxPerClient());
    timer.setRemoveOnCancelPolicy(true);
  }

  EventSettings settings() {
    return settings;
  }

  /** Returns the threads that write to readers. Tasks must not block. */
  ExecutorService writers() {
    return writers;
  }

  public ExecutorService readers() {
    return readers;
  }

  /**
   * Adds a stream, until {@link #remove}. If there is no room, first checks for streams without a
   * reader, which blocks for a moment.
   *
   * @param heartbeat the interval of heartbeats
   * @throws ProblemException if there are too many streams in total or of its client, or the
   *     service is stopping
   */
  void add(EventStream stream, Duration heartbeat) {
    Grant grant = shares.acquire(stream.client(), 1);
    if (grant != Grant.GRANTED) {
      tick();
      grant = shares.await(stream.client(), 1, LOOK);
    }
    switch (grant) {
      case TOTAL_LIMIT ->
        throw refusal(
            "All " + settings.maxStreams() + " streams of events that the service keeps are open",
            "10");
      case CLIENT_LIMIT ->
        throw new ProblemException(new Problem(
                ErrorKind.TOO_MANY_REQUESTS,
                "All " + settings.maxPerClient()
                    + " streams of events that one client can have are open")
            .withHeader("Retry-After", "10"));
      case GRANTED -> open(stream, heartbeat);
    }
  }

  private synchronized void open(EventStream stream, Duration heartbeat) {
    if (closed) {
      shares.release(stream.client(), 1);
      throw refusal("The service is stopping", "1");
    }
    Duration first = heartbeat.compareTo(FIRST_BEAT) < 0 ? heartbeat : FIRST_BEAT;
    open.put(stream, repeat(stream::beat, first, heartbeat));
    tickFromNowOn();
    Future<?> unused = timer.schedule(
        stream::openingTimedOut, settings.openingTimeout().toNanos(), TimeUnit.NANOSECONDS);
  }

  synchronized void remove(EventStream stream) {
    Future<?> beats = open.remove(stream);
    if (beats != null) {
      beats.cancel(false);
      shares.release(stream.client(), 1);
    }
    notifyAll();
  }

  private void tickFromNowOn() {
    if (!ticking) {
      ticking = true;
      Future<?> unused = repeat(this::tick, TICK, TICK);
    }
  }

  /**
   * Calls the action periodically, even after exceptions, until the returned future is cancelled.
   */
  Future<?> repeat(Runnable action, Duration first, Duration interval) {
    return timer.scheduleAtFixedRate(
        () -> guard.run(action), first.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  private synchronized void tick() {
    open.keySet().forEach(EventStream::tick);
  }

  /** Ends all streams, by force if their readers do not read, and accepts no new ones. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      open.keySet().forEach(EventStream::stop);
    }
    awaitEnd();
    List<EventStream> stuck;
    synchronized (this) {
      stuck = List.copyOf(open.keySet());
    }
    stuck.forEach(EventStream::abort);
    timer.shutdownNow();
    Closing.shutdown(timer, PATIENCE);
    Closing.shutdown(writers, PATIENCE);
    Closing.shutdown(readers, PATIENCE);
  }

  private synchronized void awaitEnd() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      long left = PATIENCE.toMillis();
      while (!open.isEmpty() && left > 0) {
        wait(left);
        left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ProblemException refusal(String detail, String seconds) {
    return new ProblemException(
        new Problem(ErrorKind.UNAVAILABLE, detail).withHeader("Retry-After", seconds));
  }

  public synchronized int count() {
    return open.size();
  }

  private static ExecutorService threads(String name, int count) {
    return Executors.newFixedThreadPool(count, factory(name));
  }

  private static ThreadFactory factory(String name) {
    AtomicInteger count = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, "kvstore-events-" + name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
