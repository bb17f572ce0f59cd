package dev.kvstore.http.net;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Tells the connection when a request begins and ends, and fails the reading of a body that comes
 * too slowly. The time in which nobody waits for the body does not count.
 */
public final class PacedHandler extends Handler.Wrapper {
  private final long patienceNanos;
  private final long bytesPerSecond;

  /**
   * @param patience how long a body may take without regard to the rate
   * @param bytesPerSecond what must come of it after that, on the average
   */
  public PacedHandler(Duration patience, long bytesPerSecond) {
    this.patienceNanos = patience.toNanos();
    this.bytesPerSecond = bytesPerSecond;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    PacedEndPoint endPoint = PacedConnector.endPoint(request);
    if (endPoint != null) {
      String id = request.getId();
      endPoint.beginRequest(id);
      Request.addCompletionListener(request, failure -> endPoint.endRequest(id));
    }
    return super.handle(new PacedRequest(request), response, callback);
  }

  /** Only one thread reads a request at a time. */
  private final class PacedRequest extends Request.Wrapper {
    private long waitedNanos;
    private long bytes;
    private Content.@Nullable Chunk failure;

    PacedRequest(Request request) {
      super(request);
    }

    @Override
    public void demand(Runnable whenThere) {
      long start = System.nanoTime();
      super.demand(() -> {
        waitedNanos += System.nanoTime() - start;
        whenThere.run();
      });
    }

    @Override
    public Content.@Nullable Chunk read() {
      if (failure != null) {
        return failure;
      }
      Content.Chunk chunk = super.read();
      if (chunk == null || Content.Chunk.isFailure(chunk)) {
        return chunk;
      }
      bytes += chunk.remaining();
      if (chunk.isLast()
          || waitedNanos <= patienceNanos
          || bytes >= waitedNanos / 1e9 * bytesPerSecond) {
        return chunk;
      }
      chunk.release();
      failure = Content.Chunk.from(new TimeoutException("The body comes too slowly"));
      return failure;
    }
  }
}
