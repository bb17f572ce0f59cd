package dev.kvstore.client.internal.request;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.support.Backoff;
import dev.kvstore.internal.support.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
 *
 * @param exchanges sends a request as it is, once
 * @param endpoints the addresses of the service, of which calls and streams choose alike
 * @param rounds after how many of them what did not succeed is given up
 */
public record Transport(Exchanges exchanges, Endpoints endpoints, int rounds, Pause pause)
    implements AutoCloseable {
  /** A page of entries is about 5 MiB and one value, which has 15 MiB at most. */
  public static final int MAX_ANSWER_BYTES = 64 * 1024 * 1024;

  private static final int ROUNDS = 5;

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(Transport.class);

  public Transport(Endpoints endpoints, RequestSettings settings, int maxAnswerBytes) {
    this(Exchanges.of(settings, maxAnswerBytes), endpoints, ROUNDS, TimeUnit.NANOSECONDS::sleep);
    if (settings.token() != null) {
      endpoints.all().stream().filter(Endpoint::isReadableOnTheWay).forEach(Transport::warn);
    }
  }

  /** Returns the transport of one of the database's stores. */
  public Transport of(String store) {
    return new Transport(exchanges.of(store), endpoints, rounds, pause);
  }

  private static void warn(Endpoint endpoint) {
    LOG.warn("The token for {} goes over plain http: who is on the way can read it", endpoint);
  }

  /**
   * Returns the answer, whatever it says.
   *
   * @throws UnavailableException if there is none, or the service cannot answer now; nothing was
   *     written
   * @throws OutcomeUnknownException if a write that may have been done got none
   */
  public Answer send(Call call, Deadline deadline) {
    return send(call, deadline, endpoint -> {});
  }

  /**
   * Like {@link #send(Call, Deadline)}.
   *
   * @param sentTo is told each address before the call is sent there
   */
  public Answer send(Call call, Deadline deadline, Consumer<Endpoint> sentTo) {
    Backoff backoff = backoff();
    for (int tries = 1; true; tries++) {
      int untried = Math.max(0, endpoints.size() - tries);
      Endpoint endpoint = endpoints.choose();
      sentTo.accept(endpoint);
      KVException failure;
      Duration wanted = Duration.ZERO;
      try {
        Answer answer = sendOnce(call, endpoint, share(call, deadline, untried));
        KVException refusal = answer.refusal(untried > 0);
        if (refusal == null) {
          return answer;
        }
        failure = refusal;
        wanted = answer.retryAfter();
        endpoints.failed(endpoint);
      } catch (UnavailableException | Exchanges.DistrustException e) {
        failure = e;
      }
      if (Thread.currentThread().isInterrupted() || !mayTryAgain(failure, untried)) {
        throw failure;
      }
      if (untried == 0 && tries % endpoints.size() == 0) {
        if (tries >= rounds * endpoints.size()) {
          throw failure;
        }
        pause(longer(backoff.next(), wanted), deadline, failure);
      }
    }
  }

  /**
   * Returns the answer of this address to one attempt, whatever it says.
   *
   * @throws UnavailableException if there is none; nothing was written
   * @throws OutcomeUnknownException if a write that may have arrived got none
   */
  public Answer sendOnce(Call call, Endpoint endpoint, Deadline deadline) {
    try {
      Answer answer = exchanges.send(Attempt.of(call, endpoint), deadline);
      if (answer.isNotNow()) {
        endpoints.failed(endpoint);
      } else {
        endpoints.worked(endpoint);
      }
      return answer;
    } catch (UnavailableException | OutcomeUnknownException | Exchanges.DistrustException e) {
      endpoints.failed(endpoint);
      throw e;
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
    return failure.code() == ErrorCode.UNAVAILABLE || untried > 0;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  public Backoff backoff() {
    return new Backoff(SHORTEST_PAUSE, LONGEST_PAUSE);
  }

  /**
   * Waits for the next round of attempts.
   *
   * @throws KVException the failure, if it would come too late or the thread was interrupted
   */
  public void pause(Duration length, Deadline deadline, KVException failure) {
    if (length.toNanos() >= deadline.nanosLeft()) {
      throw failure;
    }
    try {
      pause.nanos(length.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }

  /** Throws {@link KVException} with {@link ErrorCode#CLOSED} if this was closed. */
  public void checkOpen() {
    exchanges.checkOpen();
  }

  @Override
  public void close() {
    exchanges.close();
  }

  public interface Pause {
    void nanos(long nanos) throws InterruptedException;
  }
}
