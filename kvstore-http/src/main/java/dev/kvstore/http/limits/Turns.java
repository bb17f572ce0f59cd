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
 * Limits the concurrent requests of each client. Further requests wait for a moment, in order and
 * without a thread, and are then refused. Thread-safe.
 */
public final class Turns {
  private final int perClient;
  private final Duration patience;

  // Guarded by this. Requests wait only if their client is at its limit.
  private final Map<String, Client> clients = new HashMap<>();

  private static final class Client {
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int busy;
  }

  private record Waiting(Runnable whenGranted, AtomicBoolean settled) {}

  /**
   * @param perClient the maximum number of concurrent requests of one client
   * @param patience how long a further request may wait
   */
  public Turns(int perClient, Duration patience) {
    this.perClient = perClient;
    this.patience = patience;
  }

  /** Takes a turn until {@link #release}. Returns false if the client is at its limit. */
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
   * Calls the first action when the client has a turn, or the second one if that takes too long.
   * Neither may block.
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
   * Like {@link #await(String, Scheduler, Runnable, Runnable)}, but waits indefinitely, for
   * requests that have already started.
   */
  public void await(String client, Runnable whenGranted) {
    boolean unused = begin(client, new Waiting(whenGranted, new AtomicBoolean()));
  }

  /** Takes a turn. Returns false if the request must wait. */
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

  /** Ends a turn and passes it to the next request of the client. */
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
