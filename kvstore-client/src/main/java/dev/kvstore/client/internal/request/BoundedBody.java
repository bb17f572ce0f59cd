package dev.kvstore.client.internal.request;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Reads an answer's body into memory, and no more of it than the limit. */
final class BoundedBody implements BodySubscriber<byte[]> {
  private final int maxBytes;
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private final List<ByteBuffer> parts = new ArrayList<>();
  private int size;
  private Flow.@Nullable Subscription subscription;

  BoundedBody(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    if (subscription != null) {
      newSubscription.cancel();
      return;
    }
    subscription = newSubscription;
    newSubscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> more) {
    if (body.isDone()) {
      return;
    }
    for (ByteBuffer part : more) {
      if (part.remaining() > maxBytes - size) {
        parts.clear();
        if (subscription != null) {
          subscription.cancel();
        }
        body.completeExceptionally(new TooLargeException(maxBytes));
        return;
      }
      size += part.remaining();
      parts.add(part);
    }
  }

  @Override
  public void onError(Throwable error) {
    parts.clear();
    body.completeExceptionally(error);
  }

  @Override
  public void onComplete() {
    byte[] bytes = new byte[size];
    int position = 0;
    for (ByteBuffer part : parts) {
      int length = part.remaining();
      part.get(bytes, position, length);
      position += length;
    }
    parts.clear();
    body.complete(bytes);
  }

  /** The answer is larger than any that a service should give. */
  static final class TooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLargeException(int maxBytes) {
      super("The answer has more than " + maxBytes + " bytes");
    }
  }
}
