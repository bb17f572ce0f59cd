package dev.kvstore.client;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends calls, to the address that works and again where that can do no harm: reads, and writes of
 * which it is certain that nothing was done. Whatever may be tried again is tried at every address
 * before it waits, then in rounds with a growing pause in between, or the one that the service asks
 * for. All that is within the deadline of the call.
 *
 * <p>The rounds are few, so that who has something else to go by, as a cache or a file, is not kept
 * waiting for a service that is down.
 */
final class Transport implements AutoCloseable {
  /** A page of entries is about 5 MiB and one value, which has 15 MiB at most. */
  static final int MAX_ANSWER_BYTES = 64 * 1024 * 1024;

  private static final int ROUNDS = 5;

  private static final Logger LOG = LoggerFactory.getLogger(Transport.class);

  private final Exchanges exchanges;
  private final Endpoints endpoints;
  private final int rounds;
  private final Pause pause;

  /** @param store as it is named when it was closed */
  Transport(String store, Endpoints endpoints, HttpSettings settings, int maxAnswerBytes) {
    this(
        new Exchanges(store, settings, maxAnswerBytes),
        endpoints,
        ROUNDS,
        TimeUnit.NANOSECONDS::sleep);
    if (settings.token().isPresent()) {
      endpoints.all().stream().filter(Endpoint::isReadableOnTheWay).forEach(Transport::warn);
    }
  }

  Transport(Exchanges exchanges, Endpoints endpoints, int rounds, Pause pause) {
    this.exchanges = exchanges;
    this.endpoints = endpoints;
    this.rounds = rounds;
    this.pause = pause;
  }

  private static void warn(Endpoint endpoint) {
    LOG.warn("The token for {} goes over plain http: who is on the way can read it", endpoint);
  }

  /** Returns the addresses of the service, of which calls and streams choose alike. */
  Endpoints endpoints() {
    return endpoints;
  }

  /**
   * Returns the answer, whatever it says.
   *
   * @throws UnavailableException if there is none, or the service cannot answer now; nothing was
   *     written
   * @throws OutcomeUnknownException if a write that may have been done got none
   */
  Answer send(Call call, Deadline deadline) {
    Backoff backoff = new Backoff(() -> ThreadLocalRandom.current().nextDouble());
    for (int tries = 1; true; tries++) {
      int untried = Math.max(0, endpoints.size() - tries);
      Attempt attempt = Attempt.of(call, endpoints.choose());
      KVException failure;
      Duration wanted = Duration.ZERO;
      try {
        Answer answer = exchanges.send(attempt, share(call, deadline, untried));
        KVException refusal = answer.refusal(untried > 0);
        if (refusal == null) {
          endpoints.worked(attempt.endpoint());
          return answer;
        }
        failure = refusal;
        wanted = answer.retryAfter();
      } catch (UnavailableException e) {
        failure = e;
      }
      endpoints.failed(attempt.endpoint());
      if (Thread.currentThread().isInterrupted() || !mayTryAgain(failure, untried)) {
        throw failure;
      }
      if (untried == 0 && tries % endpoints.size() == 0) {
        pause(backoff, wanted, deadline, failure);
      }
    }
  }

  /**
   * A node that hangs leaves time for the others, and a write that hangs leaves time to find out
   * what became of it.
   */
  private static Deadline share(Call call, Deadline deadline, int untried) {
    return call.isWrite() ? deadline.part(0.75) : deadline.part(1.0 / (untried + 1));
  }

  private static boolean mayTryAgain(KVException failure, int untried) {
    if (failure instanceof OutcomeUnknownException) {
      return false;
    }
    boolean mayPass = failure.code() == ErrorCode.UNAVAILABLE
        && !(failure instanceof Exchanges.DistrustException);
    return mayPass || untried > 0;
  }

  /** @throws KVException the failure, if there is no time or reason to wait */
  private void pause(Backoff backoff, Duration wanted, Deadline deadline, KVException failure) {
    long nanos = Math.max(backoff.next().toNanos(), wanted.toNanos());
    if (backoff.rounds() >= rounds || nanos >= deadline.nanosLeft()) {
      throw failure;
    }
    try {
      pause.nanos(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }

  /** Returns what sends a request as it is, once. */
  Exchanges exchanges() {
    return exchanges;
  }

  /** @throws KVException with {@link ErrorCode#CLOSED} if this was closed */
  void checkOpen() {
    exchanges.checkOpen();
  }

  @Override
  public void close() {
    exchanges.close();
  }

  /** Waits. */
  interface Pause {
    void nanos(long nanos) throws InterruptedException;
  }
}
