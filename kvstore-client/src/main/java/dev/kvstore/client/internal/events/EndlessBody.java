package dev.kvstore.client.internal.events;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The endless body of a response, read by one thread with a time limit per read. It applies
 * backpressure: data that was not requested yet stays with the service.
 */
final class EndlessBody implements BodySubscriber<EndlessBody>, AutoCloseable {
  /** A received part: bytes, or the end. */
  private record Part(List<ByteBuffer> bytes, @Nullable IOException end) {}

  private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();

  // Guarded by this.
  private Flow.@Nullable Subscription subscription;
  private boolean closed;

  @Override
  public CompletionStage<EndlessBody> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    boolean wanted;
    synchronized (this) {
      wanted = subscription == null && !closed;
      if (wanted) {
        subscription = newSubscription;
      }
    }
    if (wanted) {
      newSubscription.request(1);
    } else {
      newSubscription.cancel();
    }
  }

  @Override
  public void onNext(List<ByteBuffer> bytes) {
    parts.add(new Part(bytes, null));
  }

  @Override
  public void onError(Throwable failure) {
    end("The stream of events broke off", failure);
  }

  @Override
  public void onComplete() {
    end("The stream of events was ended by the service", null);
  }

  private void end(String message, @Nullable Throwable cause) {
    parts.add(new Part(List.of(), new IOException(message, cause)));
  }

  /** @throws IOException if nothing arrives within this time, or the body has ended */
  List<ByteBuffer> next(Duration patience) throws IOException, InterruptedException {
    Part part = parts.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    if (part == null) {
      throw new IOException("The stream of events has been silent for " + patience);
    }
    if (part.end != null) {
      throw part.end;
    }
    askForMore();
    return part.bytes;
  }

  private synchronized void askForMore() {
    if (subscription != null && !closed) {
      subscription.request(1);
    }
  }

  /** Closes the connection. Idempotent and thread-safe. */
  @Override
  public void close() {
    Flow.Subscription open;
    synchronized (this) {
      open = closed ? null : subscription;
      closed = true;
    }
    if (open != null) {
      open.cancel();
    }
  }
}
