package dev.kvstore.http.limits;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A limited resource shared by clients, with a limit per client. Thread-safe. */
public final class Shares {
  /** The result of a request: granted, or the limit that was exceeded. */
  public enum Grant {
    GRANTED,
    CLIENT_LIMIT,
    TOTAL_LIMIT
  }

  private final long total;
  private final long perClient;

  // Guarded by this.
  private final Map<String, Long> taken = new HashMap<>();
  private long sum;

  /**
   * @param total the maximum that all clients may hold together
   * @param perClient the maximum that one client may hold
   */
  public Shares(long total, long perClient) {
    this.total = total;
    this.perClient = perClient;
  }

  /** Returns the default share of one client: a quarter of the whole, and at least one. */
  public static int quarter(int whole) {
    return Math.max(1, whole / 4);
  }

  public long perClient() {
    return perClient;
  }

  /** Grants the amount to the client until {@link #release}, or nothing. */
  public Grant acquire(String client, long amount) {
    return acquireLeaving(client, amount, 0);
  }

  /**
   * Like {@link #acquire}, if {@code left} remains afterwards, both in total and for the client.
   */
  public synchronized Grant acquireLeaving(String client, long amount, long left) {
    long before = taken.getOrDefault(client, 0L);
    if (amount > total - sum - left) {
      return Grant.TOTAL_LIMIT;
    }
    if (amount > perClient - before - left) {
      return Grant.CLIENT_LIMIT;
    }
    taken.put(client, before + amount);
    sum += amount;
    return Grant.GRANTED;
  }

  /** Like {@link #acquire}, but blocks for up to this time until others release theirs. */
  public synchronized Grant await(String client, long amount, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    Grant grant = acquire(client, amount);
    while (grant != Grant.GRANTED && end - System.nanoTime() > 0) {
      try {
        TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return grant;
      }
      grant = acquire(client, amount);
    }
    return grant;
  }

  /** Takes back an amount that {@link #acquire} granted. */
  public synchronized void release(String client, long amount) {
    long left = taken.getOrDefault(client, 0L) - amount;
    if (left < 0) {
      throw new IllegalStateException("More was released than was acquired");
    }
    if (left == 0) {
      taken.remove(client);
    } else {
      taken.put(client, left);
    }
    sum -= amount;
    notifyAll();
  }
}
