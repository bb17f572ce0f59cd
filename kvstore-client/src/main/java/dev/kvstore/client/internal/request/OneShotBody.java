package dev.kvstore.client.internal.request;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The body of one attempt of a write, which is sent at most once. The HTTP client requests it only
 * after connecting and sending the headers, and a service does nothing before it has the body; so
 * if the body was never requested, the write did not happen. A second transmission, which
 * {@code jdk.httpclient.enableAllMethodRetry} would cause, fails here.
 */
final class OneShotBody implements BodyPublisher {
  private enum State {
    WAITING,
    HANDED_OUT,
    WITHDRAWN
  }

  private static final Flow.Subscription NOTHING = new Flow.Subscription() {
    @Override
    public void request(long n) {}

    @Override
    public void cancel() {}
  };

  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
  private final BodyPublisher bytes;

  OneShotBody(byte[] bytes) {
    this.bytes = BodyPublishers.ofByteArray(bytes);
  }

  /** Withdraws the body. Returns true if no part of it was or will be sent. */
  boolean withdraw() {
    return state.compareAndSet(State.WAITING, State.WITHDRAWN) || state.get() == State.WITHDRAWN;
  }

  @Override
  public long contentLength() {
    return bytes.contentLength();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    if (state.compareAndSet(State.WAITING, State.HANDED_OUT)) {
      bytes.subscribe(subscriber);
    } else {
      subscriber.onSubscribe(NOTHING);
      subscriber.onError(new IOException("A write is sent once"));
    }
  }
}
