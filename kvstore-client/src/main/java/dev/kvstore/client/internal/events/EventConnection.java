package dev.kvstore.client.internal.events;

import dev.kvstore.Durations;
import dev.kvstore.KVException;
import dev.kvstore.client.internal.events.SseParser.Block;
import dev.kvstore.client.internal.request.Answer;
import dev.kvstore.client.internal.request.Attempt;
import dev.kvstore.client.internal.request.Call;
import dev.kvstore.client.internal.request.Endpoint;
import dev.kvstore.client.internal.request.Exchanges;
import dev.kvstore.client.internal.request.MalformedAnswerException;
import dev.kvstore.client.internal.request.Query;
import dev.kvstore.client.internal.request.StoreUrls;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One stream of events from one node of the service. For one thread. */
final class EventConnection implements AutoCloseable {
  private static final String MEDIA_TYPE = "text/event-stream";
  private static final int BAD_REQUEST = 400;

  private final EndlessBody body;
  private final long askedAt;
  private final boolean plain;
  private final Duration silence;
  private final Queue<Block> blocks = new ArrayDeque<>();
  private final SseParser parser = new SseParser(blocks::add);

  private EventConnection(EndlessBody body, long askedAt, boolean plain, Duration silence) {
    this.body = body;
    this.askedAt = askedAt;
    this.plain = plain;
    this.silence = silence;
  }

  /**
   * Asks a node for the stream of a store.
   *
   * @param lastId where to go on; empty for now
   * @throws RefusedException if it answers something else
   * @throws IOException if it does not answer
   * @throws KVException if there is no token to ask with, or the client was closed
   */
  static EventConnection open(
      Exchanges exchanges, Endpoint endpoint, StoreUrls urls, EventTimes times, String lastId)
      throws IOException, InterruptedException {
    Query query = Query.none().and("heartbeat", times.heartbeat().toString());
    try {
      return open(exchanges, endpoint, urls, query, times, lastId);
    } catch (RefusedException e) {
      if (e.status() != BAD_REQUEST) {
        throw e;
      }
      // A service of an earlier version knows no such parameter.
      return open(exchanges, endpoint, urls, Query.none(), times, lastId);
    }
  }

  private static EventConnection open(
      Exchanges exchanges,
      Endpoint endpoint,
      StoreUrls urls,
      Query query,
      EventTimes times,
      String lastId)
      throws IOException, InterruptedException {
    Call call = Call.read(urls.at("/events", query), null).with("Accept", MEDIA_TYPE);
    Attempt attempt =
        Attempt.of(lastId.isEmpty() ? call : call.with("Last-Event-ID", lastId), endpoint);
    long askedAt = System.nanoTime();
    HttpResponse<EndlessBody> response =
        await(exchanges.sendAsync(attempt, head -> new EndlessBody()), times.opening());
    EndlessBody body = response.body();
    boolean accepted = false;
    try {
      check(attempt, response);
      exchanges.seen().raise(response);
      accepted = true;
    } finally {
      if (!accepted) {
        body.close();
      }
    }
    boolean plain = query.length() == 0;
    return new EventConnection(
        body, askedAt, plain, plain ? times.plainSilence() : times.silence());
  }

  private static <T> T await(CompletableFuture<T> answer, Duration patience)
      throws IOException, InterruptedException {
    boolean done = false;
    try {
      T result = answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      done = true;
      return result;
    } catch (TimeoutException e) {
      throw new IOException("The service does not answer within " + Durations.format(patience));
    } catch (ExecutionException e) {
      throw new IOException("The service cannot be asked for events", e.getCause());
    } finally {
      if (!done) {
        answer.cancel(true);
      }
    }
  }

  private static void check(Attempt attempt, HttpResponse<?> response) throws IOException {
    String type = response.headers().firstValue("Content-Type").orElse("");
    if (response.statusCode() != 200 || !type.startsWith(MEDIA_TYPE)) {
      throw new RefusedException(response);
    }
    if (!attempt.isAnsweredBy(response.headers())) {
      // What it says of time counts from another request.
      throw new IOException("The stream of events is the answer to another request");
    }
  }

  /** Returns when the service was asked, a time of {@link System#nanoTime}. */
  long askedAt() {
    return askedAt;
  }

  /** Whether the service cannot be asked for heartbeats, and says nothing of how fresh it is. */
  boolean isPlain() {
    return plain;
  }

  /**
   * Returns what comes next.
   *
   * @throws IOException if nothing comes for too long, or the stream has ended
   * @throws MalformedAnswerException if what comes is no such stream
   */
  Block next() throws IOException, InterruptedException {
    Block block = blocks.poll();
    while (block == null) {
      for (ByteBuffer bytes : body.next(silence)) {
        parser.read(bytes);
      }
      block = blocks.poll();
    }
    return block;
  }

  @Override
  public void close() {
    body.close();
  }

  /** The service has answered, but not with events. */
  static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final Duration retryAfter;

    RefusedException(HttpResponse<?> response) {
      super("The service was asked for events and answered with status " + response.statusCode());
      this.status = response.statusCode();
      this.retryAfter = Answer.retryAfter(response);
    }

    int status() {
      return status;
    }

    Duration retryAfter() {
      return retryAfter;
    }
  }
}
