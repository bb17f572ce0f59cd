package dev.kvstore.client.internal.request;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The endpoints of one service, and the choice among them: the current one until it fails, then
 * another one; a failed one is used again after a while. Thread-safe.
 */
public final class Endpoints {
  /** How long a failed endpoint is not used while there are others. */
  static final Duration REST = Duration.ofSeconds(10);

  private final List<Endpoint> all;
  private final LongSupplier nanoTime;
  private final boolean[] resting;
  private final long[] failedAt;
  private int current;

  /** @throws InvalidInputException if a URL cannot be that of a service, or there are none */
  public Endpoints(Collection<URI> services, LongSupplier nanoTime) {
    this.all = services.stream().map(Endpoint::of).distinct().toList();
    if (all.isEmpty()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER, "The service's URL is missing: the list of them is empty");
    }
    this.nanoTime = nanoTime;
    this.resting = new boolean[all.size()];
    this.failedAt = new long[all.size()];
  }

  public int size() {
    return all.size();
  }

  public List<Endpoint> all() {
    return all;
  }

  /**
   * Returns the endpoint to use now. If all have failed recently, that is the one that failed
   * first.
   */
  public synchronized Endpoint choose() {
    long now = nanoTime.getAsLong();
    int oldest = current;
    for (int i = 0; i < all.size(); i++) {
      int candidate = (current + i) % all.size();
      if (!rests(candidate, now)) {
        current = candidate;
        return all.get(candidate);
      }
      if (failedAt[candidate] - failedAt[oldest] < 0) {
        oldest = candidate;
      }
    }
    current = oldest;
    return all.get(oldest);
  }

  private boolean rests(int index, long now) {
    return resting[index] && now - failedAt[index] < REST.toNanos();
  }

  /** Notes that the endpoint could not be reached or did not work. */
  public synchronized void failed(Endpoint endpoint) {
    int index = all.indexOf(endpoint);
    resting[index] = true;
    failedAt[index] = nanoTime.getAsLong();
  }

  public synchronized void worked(Endpoint endpoint) {
    resting[all.indexOf(endpoint)] = false;
  }
}
