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
 * Sends calls to a working endpoint, and retries those that are safe to retry: reads, and writes
 * that certainly did nothing. A call is tried at every endpoint, then in further rounds after a
 * growing pause, or the pause requested by the service. All retries are within the deadline of the
 * call.
 *
 * <p>The number of rounds is small, so that callers with a fallback, such as a cache or a file, do
 * not wait long for a service that is down.
 *
 * @param exchanges sends single attempts
 * @param endpoints the endpoints of the service, shared by calls and event streams
 * @param rounds the maximum number of rounds
 */
public record Transport(Exchanges exchanges, Endpoints endpoints, int rounds, Pause pause)
    implements AutoCloseable {
  /**
   * The maximum size of a response. A page of entries is about 5 MiB plus one value, of at most 15
   * MiB.
   */
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
   * Returns the response, which may be an error.
   *
   * @throws UnavailableException if there is no response, or the service cannot answer now; nothing
   *     was written
   * @throws OutcomeUnknownException if there is no response to a write that may have been done
   */
  public Answer send(Call call, Deadline deadline) {
    return send(call, deadline, endpoint -> {});
  }

  /**
   * Like {@link #send(Call, Deadline)}.
   *
   * @param sentTo receives each endpoint before the call is sent there
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
   * Returns the response of this endpoint to a single attempt, which may be an error.
   *
   * @throws UnavailableException if there is no response; nothing was written
   * @throws OutcomeUnknownException if there is no response to a write that may have arrived
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
   * Returns the deadline of one attempt, so that a hanging node leaves time for others, and a
   * hanging write leaves time to determine its outcome.
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
   * @throws KVException the failure, if the deadline would pass or the thread was interrupted
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
