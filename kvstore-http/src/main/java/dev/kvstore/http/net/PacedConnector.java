package dev.kvstore.http.net;

import dev.kvstore.http.limits.Shares;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connector that closes connections of clients that send or read too slowly, which Jetty's idle
 * timeout does not, because it restarts with each byte. Requests must pass through a
 * {@link PacedHandler} first.
 */
public final class PacedConnector extends ServerConnector {
  private static final Logger LOG = LoggerFactory.getLogger(PacedConnector.class);
  private static final long CHECK_MILLIS = 500;

  /** The size of an ordinary head, which is not counted. */
  private static final int FREE_HEAD_BYTES = 4 * 1024;

  /** The factor of memory per byte: parsed bytes are kept as text and in a buffer that doubles. */
  private static final int HEAD_GROWTH = 3;

  private final Duration patience;
  private final long bytesPerSecond;
  private final Shares heads;

  /**
   * @param patience how long the head of a request may take, and how long a response may take
   *     regardless of the rate
   * @param bytesPerSecond the minimum average rate at which a stalled response must be read
   * @param heads the memory for incomplete heads, see {@link #headMemory}; a connection is closed
   *     if there is not enough
   */
  public PacedConnector(
      Server server,
      Duration patience,
      long bytesPerSecond,
      Shares heads,
      ConnectionFactory... factories) {
    super(server, factories);
    this.heads = heads;
    this.patience = patience;
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Returns the approximate memory of an incomplete head with this many bytes. */
  public static long headMemory(long bytes) {
    return Math.max(0, bytes - FREE_HEAD_BYTES) * HEAD_GROWTH;
  }

  Shares heads() {
    return heads;
  }

  /**
   * Returns true if the client has closed or reset the request's connection. Data that it has sent
   * instead is kept for the next read of the connection. The request must have been read, and its
   * response must not end during this call. Does not block.
   */
  public static boolean isClientGone(Request request) {
    PacedEndPoint endPoint = endPoint(request);
    return endPoint != null && endPoint.isClientGone();
  }

  /** Returns the end point of the request's connection; null if it belongs to another connector. */
  static @Nullable PacedEndPoint endPoint(Request request) {
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    while (endPoint instanceof EndPoint.Wrapper wrapper) {
      endPoint = wrapper.unwrap();
    }
    return endPoint instanceof PacedEndPoint paced ? paced : null;
  }

  @Override
  protected SocketChannelEndPoint newEndPoint(
      SocketChannel channel, ManagedSelector selector, SelectionKey key) {
    PacedEndPoint endPoint = new PacedEndPoint(channel, selector, key, this);
    endPoint.setIdleTimeout(getIdleTimeout());
    return endPoint;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    schedule();
  }

  private void schedule() {
    getScheduler().schedule(this::endSlowOnes, CHECK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void endSlowOnes() {
    try {
      for (EndPoint endPoint : getConnectedEndPoints()) {
        if (endPoint instanceof PacedEndPoint paced && paced.isTooSlow(patience, bytesPerSecond)) {
          LOG.debug("Cutting off a client that is too slow: {}", paced.getRemoteSocketAddress());
          paced.close();
        }
      }
    } finally {
      if (isRunning()) {
        schedule();
      }
    }
  }
}
