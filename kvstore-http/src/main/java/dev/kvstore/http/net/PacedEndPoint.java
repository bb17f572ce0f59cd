package dev.kvstore.http.net;

import dev.kvstore.http.limits.Shares;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end point of a connection, which measures how long its client keeps it waiting. */
final class PacedEndPoint extends SocketChannelEndPoint {
  private static final Logger LOG = LoggerFactory.getLogger(PacedEndPoint.class);

  /** The size of the read-ahead buffer, larger than the closing messages of TLS. */
  private static final int AHEAD_BYTES = 512;

  private final PacedConnector connector;
  private final String client;

  /** When the first byte of an incomplete request arrived; 0 if there is none. */
  private volatile long headSince;

  /**
   * The number of bytes of that head so far, and the memory reserved for it, which any thread may
   * release.
   */
  private long headBytes;

  private final AtomicLong headMemory = new AtomicLong();

  /** Data that was read ahead, or null. Guarded by this. */
  private @Nullable ByteBuffer ahead;

  /** The id of the request that is being handled. */
  private volatile @Nullable String handled;

  /** When sending the response stalled, and the number of bytes sent since; 0 if it has not. */
  private volatile long stuckSince;

  private volatile long sentWhileStuck;

  PacedEndPoint(
      SocketChannel channel, ManagedSelector selector, SelectionKey key, PacedConnector connector) {
    super(channel, selector, key, connector.getScheduler());
    this.connector = connector;
    this.client = ClientAddress.of(getRemoteSocketAddress());
  }

  /** Sets the timeout, but keeps the shorter one of a shutdown when a request ends. */
  @Override
  public void setIdleTimeout(long millis) {
    super.setIdleTimeout(
        connector.isShutdown() ? Math.min(millis, connector.getShutdownIdleTimeout()) : millis);
  }

  /** Called when the head of a request was read. */
  void beginRequest(String id) {
    handled = id;
    headSince = 0;
    headBytes = 0;
    giveBackHead();
  }

  /** Called when a request has ended, possibly after the next one has begun. */
  void endRequest(String id) {
    if (id.equals(handled)) {
      handled = null;
    }
  }

  /** Reads ahead, the only way to detect the end of the connection. */
  synchronized boolean isClientGone() {
    try {
      if (ahead == null) {
        ByteBuffer buffer = BufferUtil.allocate(AHEAD_BYTES);
        int count = super.fill(buffer);
        ahead = count > 0 ? buffer : null;
        return count < 0;
      }
      return BufferUtil.space(ahead) > 0 && super.fill(ahead) < 0;
    } catch (IOException e) {
      LOG.debug("The connection was reset: {}", getRemoteSocketAddress(), e);
      return true;
    }
  }

  private synchronized int fillFromAhead(ByteBuffer buffer) throws IOException {
    if (ahead == null) {
      return super.fill(buffer);
    }
    int count = BufferUtil.append(buffer, ahead);
    ahead = ahead.hasRemaining() ? ahead : null;
    return count;
  }

  @Override
  public int fill(ByteBuffer buffer) throws IOException {
    int count = fillFromAhead(buffer);
    if (count > 0 && handled == null) {
      headSince = headSince == 0 ? now() : headSince;
      headBytes += count;
      if (!takeHead()) {
        LOG.debug("No memory for the head of a request: {}", getRemoteSocketAddress());
        close();
      }
    }
    return count;
  }

  private boolean takeHead() {
    long more = PacedConnector.headMemory(headBytes) - headMemory.get();
    if (more <= 0) {
      return true;
    }
    if (connector.heads().acquire(client, more) != Shares.Grant.GRANTED) {
      return false;
    }
    headMemory.addAndGet(more);
    if (!isOpen()) {
      giveBackHead();
    }
    return true;
  }

  private void giveBackHead() {
    long taken = headMemory.getAndSet(0);
    if (taken > 0) {
      connector.heads().release(client, taken);
    }
  }

  @Override
  public void onClose(@Nullable Throwable failure) {
    giveBackHead();
    super.onClose(failure);
  }

  @Override
  public boolean flush(ByteBuffer... buffers) throws IOException {
    long before = remaining(buffers);
    boolean all = super.flush(buffers);
    if (all) {
      stuckSince = 0;
      sentWhileStuck = 0;
    } else if (stuckSince == 0) {
      sentWhileStuck = 0;
      stuckSince = now();
    } else {
      // Only one thread writes at a time.
      sentWhileStuck = sentWhileStuck + before - remaining(buffers);
    }
    return all;
  }

  /** Returns true if the client sends the head of a request or reads a response too slowly. */
  boolean isTooSlow(Duration patience, long bytesPerSecond) {
    long now = now();
    long head = headSince;
    // If received data was not processed yet, the client is waiting for the service, not the other
    // way around.
    if (head != 0 && isFillInterested() && now - head > patience.toNanos()) {
      return true;
    }
    long stuck = stuckSince;
    double seconds = (now - stuck) / 1e9;
    return stuck != 0
        && now - stuck > patience.toNanos()
        && sentWhileStuck < seconds * bytesPerSecond;
  }

  private static long remaining(ByteBuffer... buffers) {
    long remaining = 0;
    for (ByteBuffer buffer : buffers) {
      remaining += buffer.remaining();
    }
    return remaining;
  }

  /** Returns the time, never 0. */
  private static long now() {
    return System.nanoTime() | 1;
  }
}
