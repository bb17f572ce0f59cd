package dev.kvstore.http.net;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;

/**
 * Sends a response to a request whose body is refused, and discards what the client is still
 * sending for a moment. Many clients read the response only after they have sent everything, and
 * would lose it if the connection were closed before (RFC 9112, 9.6). It uses no thread while
 * waiting.
 */
public final class LingeringClose implements WriteListener, ReadListener {
  public static final int PATIENCE_SECONDS = 2;
  private static final int BUFFER_BYTES = 16 * 1024;

  private final AsyncContext async;
  private final ServletInputStream in;
  private final ServletOutputStream out;
  private final byte[] answer;
  private final AtomicBoolean ended = new AtomicBoolean();

  // Confined to the thread that currently handles the request.
  private boolean written;
  private boolean read;

  private LingeringClose(
      AsyncContext async, ServletInputStream in, ServletOutputStream out, byte[] answer) {
    this.async = async;
    this.in = in;
    this.out = out;
    this.answer = answer;
  }

  /** Sends the body of the response, whose status and headers are already set, and completes it. */
  public static void start(AsyncContext async, HttpServletRequest request, byte[] answer)
      throws IOException {
    LingeringClose closing = new LingeringClose(
        async, request.getInputStream(), async.getResponse().getOutputStream(), answer);
    closing.out.setWriteListener(closing);
    closing.in.setReadListener(closing);
    ServletContextRequest.getServletContextRequest(request)
        .getComponents()
        .getScheduler()
        .schedule(closing::end, PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void onWritePossible() throws IOException {
    if (!written) {
      written = true;
      out.write(answer);
      endIfDone();
    }
  }

  @Override
  public void onDataAvailable() throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    int count = 0;
    while (count >= 0 && !ended.get() && in.isReady()) {
      count = in.read(buffer);
    }
  }

  @Override
  public void onAllDataRead() {
    read = true;
    endIfDone();
  }

  /**
   * Ignores a failure: the response is still sent after an aborted body, and one that cannot be
   * sent times out.
   */
  @Override
  public void onError(Throwable failure) {
    read = true;
    endIfDone();
  }

  private void endIfDone() {
    if (written && read) {
      end();
    }
  }

  private void end() {
    if (ended.compareAndSet(false, true)) {
      async.complete();
    }
  }
}
