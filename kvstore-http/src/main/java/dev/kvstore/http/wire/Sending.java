package dev.kvstore.http.wire;

import dev.kvstore.http.limits.Load;
import dev.kvstore.http.route.RequestContext;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a response part by part, as fast as its reader accepts them. It uses no thread while
 * waiting for the reader.
 */
final class Sending implements WriteListener {
  private static final Logger LOG = LoggerFactory.getLogger(Sending.class);

  /** The parts of a response, for which memory is reserved. */
  interface Parts {
    /** Returns the next part, which is not empty; null at the end. */
    @Nullable
    ByteBuffer next() throws IOException;
  }

  private final RequestContext context;
  private final Parts parts;
  private final @Nullable Load load;
  private final AsyncContext async;
  private final ServletOutputStream out;
  private final AtomicBoolean ended = new AtomicBoolean();

  /** The number of times that sending became possible since the last check. */
  private final AtomicInteger calls = new AtomicInteger();

  /** The number of bytes in memory that are not accounted for. */
  private int uncounted;

  private Sending(RequestContext context, Parts parts, @Nullable Load load) throws IOException {
    this.context = context;
    this.parts = parts;
    this.load = load;
    this.async = context.handOver();
    this.out = context.response().getOutputStream();
  }

  /**
   * Sends parts that are already in memory.
   *
   * @param uncounted the number of bytes without reserved memory; if there is still none when
   *     sending stalls, the response is aborted
   */
  static void all(RequestContext context, List<ByteBuffer> parts, int uncounted)
      throws IOException {
    Iterator<ByteBuffer> rest = parts.iterator();
    Sending sending = new Sending(context, () -> rest.hasNext() ? rest.next() : null, null);
    sending.uncounted = uncounted;
    sending.start();
  }

  /**
   * Sends parts that are created by workers, in turns of the client, as its reader accepts them.
   */
  static void made(RequestContext context, Parts parts, Load load) throws IOException {
    new Sending(context, parts, load).start();
  }

  private void start() {
    out.setWriteListener(this);
  }

  @Override
  public void onWritePossible() {
    if (calls.getAndIncrement() != 0) {
      return;
    }
    if (load == null) {
      serve();
    } else {
      load.goOn(context.client(), this::serve, this::abort);
    }
  }

  private void serve() {
    int seen = calls.get();
    while (seen != 0) {
      send();
      seen = calls.addAndGet(-seen);
    }
  }

  private void send() {
    if (ended.get()) {
      return;
    }
    try {
      ByteBuffer part;
      do {
        part = parts.next();
        if (part == null) {
          end();
          return;
        }
        out.write(part.array(), part.arrayOffset() + part.position(), part.remaining());
      } while (out.isReady());
      if (uncounted > 0) {
        hold(uncounted);
        uncounted = 0;
      }
    } catch (IOException | RuntimeException | Error e) {
      LOG.debug("An answer could not be sent to its end", e);
      abort();
    }
  }

  /** Holds these bytes until the reader accepts them, which may be never. */
  private void hold(int bytes) {
    if (!context.room().tryTake(bytes)) {
      LOG.info("A slow reader of an answer was cut off, as its client has no memory left");
      abort();
    }
  }

  private void end() {
    if (ended.compareAndSet(false, true)) {
      async.complete();
    }
  }

  private void abort() {
    if (ended.compareAndSet(false, true)) {
      RequestContext.abort(context.request());
      async.complete();
    }
  }

  @Override
  public void onError(Throwable failure) {
    LOG.debug("The reader of an answer is gone", failure);
    end();
  }
}
