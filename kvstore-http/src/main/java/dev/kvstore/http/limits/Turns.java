package dev.kvstore.http.limits;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many requests of each client are executed at a time. More of them wait for a moment,
 * in their order and without a thread, and are refused if they are too many for longer.
 * Thread-safe.
 */
public final class Turns {
  private final int perClient;
  private final Duration patience;

  // Guarded by this. Requests wait only where a client has as many as it may.
  private final Map<String, Client> clients = new HashMap<>();

  private static final class Client {
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int busy;
  }

  private record Waiting(Runnable whenGranted, AtomicBoolean settled) {}

  /**
   * @param perClient how many requests of one client are executed at a time
   * @param patience how long one more may wait
   */
  public Turns(int perClient, Duration patience) {
    this.perClient = perClient;
    this.patience = patience;
  }

  /** Returns true if the client may have a request executed now, until {@link #release}. */
  public synchronized boolean tryAcquire(String client) {
    return acquire(clientOf(client));
  }

  private Client clientOf(String name) {
    return clients.computeIfAbsent(name, absent -> new Client());
  }

  private boolean acquire(Client client) {
    if (client.busy == perClient) {
      return false;
    }
    client.busy++;
    return true;
  }

  /**
   * Calls the first action once the client may have a request executed, or the other one if that
   * takes too long; neither may block.
   */
  public void await(
      String client, Scheduler scheduler, Runnable whenGranted, Runnable whenRefused) {
    Waiting waiting = new Waiting(whenGranted, new AtomicBoolean());
    if (!begin(client, waiting)) {
      scheduler.schedule(
          () -> refuse(client, waiting, whenRefused), patience.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /**
   * Like {@link #await(String, Scheduler, Runnable, Runnable)}, for what was begun already: it
   * waits as long as it takes.
   */
  public void await(String client, Runnable whenGranted) {
    boolean unused = begin(client, new Waiting(whenGranted, new AtomicBoolean()));
  }

  /** Returns false if it has to wait. */
  private boolean begin(String client, Waiting waiting) {
    synchronized (this) {
      Client known = clientOf(client);
      if (!acquire(known)) {
        known.waiting.add(waiting);
        return false;
      }
    }
    waiting.whenGranted.run();
    return true;
  }

  /** Ends a turn, which is then another request's of the client. */
  public void release(String client) {
    Waiting next = next(client);
    if (next != null) {
      next.whenGranted.run();
    }
  }

  private synchronized @Nullable Waiting next(String client) {
    Client known = clients.get(client);
    if (known == null) {
      throw new IllegalStateException("More turns were ended than begun");
    }
    Waiting next = known.waiting.poll();
    while (next != null && !next.settled.compareAndSet(false, true)) {
      next = known.waiting.poll();
    }
    if (next == null) {
      known.busy--;
      if (known.busy == 0) {
        clients.remove(client);
      }
    }
    return next;
  }

  private void refuse(String client, Waiting waiting, Runnable whenRefused) {
    if (!waiting.settled.compareAndSet(false, true)) {
      return;
    }
    synchronized (this) {
      Client known = clients.get(client);
      if (known != null) {
        known.waiting.remove(waiting);
      }
    }
    whenRefused.run();
  }
}
