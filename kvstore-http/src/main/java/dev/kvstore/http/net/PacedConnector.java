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
 * Listens, and ends connections whose clients send or read so slowly that they just hold on to
 * them: Jetty's idle timeout begins anew with each byte. Requests have to come through a
 * {@link PacedHandler} first.
 */
public final class PacedConnector extends ServerConnector {
  private static final Logger LOG = LoggerFactory.getLogger(PacedConnector.class);
  private static final long CHECK_MILLIS = 500;

  /** An ordinary head is not counted. */
  private static final int FREE_HEAD_BYTES = 4 * 1024;

  /** What was parsed is kept as text, and in a buffer that doubles. */
  private static final int HEAD_GROWTH = 3;

  private final Duration patience;
  private final long bytesPerSecond;
  private final Shares heads;

  /**
   * @param patience how long the head of a request may take; and how long an answer may take
   *     without regard to the rate
   * @param bytesPerSecond what must be read of an answer, on the average since it was stuck
   * @param heads the memory for heads that are not complete, see {@link #headMemory}; a connection
   *     for which there is none is closed
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

  /** Returns about how much memory so many bytes of a head take, until it is complete. */
  public static long headMemory(long bytes) {
    return Math.max(0, bytes - FREE_HEAD_BYTES) * HEAD_GROWTH;
  }

  Shares heads() {
    return heads;
  }

  /**
   * Returns whether the client has closed or reset the request's connection. What it has sent
   * instead is kept for whoever reads the connection next. The request must have been read, and its
   * answer must not end meanwhile. Does not block.
   */
  public static boolean isClientGone(Request request) {
    PacedEndPoint endPoint = endPoint(request);
    return endPoint != null && endPoint.isClientGone();
  }

  /** Returns the service's end of the request's connection; null where another connector has it. */
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
