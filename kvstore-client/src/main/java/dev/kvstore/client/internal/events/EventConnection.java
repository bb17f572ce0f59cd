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

/** An event stream from one node of the service. Not thread-safe. */
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
   * Opens the event stream of a store at a node.
   *
   * @param lastId the id of the last event to resume after; empty to start now
   * @throws RefusedException if the response is not an event stream
   * @throws IOException if there is no response
   * @throws KVException if the token's supplier has none, or the client was closed
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
      // An older service does not support this parameter.
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
      // Its heartbeats count time from another request.
      throw new IOException("The stream of events is the answer to another request");
    }
  }

  /** Returns the {@link System#nanoTime} of the request. */
  long askedAt() {
    return askedAt;
  }

  /**
   * Returns true if the service does not support heartbeats and so does not report its freshness.
   */
  boolean isPlain() {
    return plain;
  }

  /**
   * Returns the next block of the stream.
   *
   * @throws IOException if nothing arrives for too long, or the stream has ended
   * @throws MalformedAnswerException if the data is not an event stream
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

  /** Thrown if the service responds with something other than events. */
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
