package dev.kvstore.client.internal.request;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The body of one attempt at a write, which goes out once at most. The client asks for it only when
 * the connection stands and the headers are out, and a service does nothing before it has the body;
 * so a body that was never asked for belongs to a write that did not happen. And a write that an
 * application's {@code jdk.httpclient.enableAllMethodRetry} would send a second time breaks off
 * here instead.
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

  /** Takes the body back and tells whether none of it has gone out, nor ever will. */
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
