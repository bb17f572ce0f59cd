package dev.kvstore.http;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The body of a request, which is read before the request is executed: while it comes, nothing but
 * the memory for what has come is used.
 */
final class RequestBody implements ReadListener {
  private static final int BUFFER_BYTES = 16 * 1024;

  private final ServletInputStream in;
  private final ChunkedBuffer content;
  private final Runnable whenRead;
  private final Consumer<Throwable> whenFailed;
  private long bytes;
  private final long maxBytes;
  private boolean ended;

  private RequestBody(
      ServletInputStream in,
      long maxBytes,
      ChunkedBuffer content,
      Runnable whenRead,
      Consumer<Throwable> whenFailed) {
    this.in = in;
    this.maxBytes = maxBytes;
    this.content = content;
    this.whenRead = whenRead;
    this.whenFailed = whenFailed;
  }

  /** Returns true if there is, or may be, a body. */
  static boolean isIn(HttpServletRequest request) {
    return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
  }

  /**
   * Reads the body for the exchange, of which one byte more than {@code maxBytes} is enough.
   *
   * @param whenRead called on this thread before this returns, or later on another one
   * @param whenFailed called in its place if the body cannot be read
   */
  static void read(
      Exchange exchange, int maxBytes, Runnable whenRead, Consumer<Throwable> whenFailed)
      throws IOException {
    HttpServletRequest request = exchange.request();
    ServletInputStream in = request.getInputStream();
    ChunkedBuffer content = new ChunkedBuffer(exchange.room()::take);
    long length = request.getContentLengthLong();
    if (length >= 0 && length <= Math.min(in.available(), maxBytes)) {
      content.write(in.readNBytes((int) length));
      exchange.body(content.toInputStream());
      whenRead.run();
      return;
    }
    Runnable whenAll = () -> {
      exchange.body(
          content.getSize() == 0 ? InputStream.nullInputStream() : content.toInputStream());
      whenRead.run();
    };
    exchange.startAsync();
    in.setReadListener(new RequestBody(in, maxBytes, content, whenAll, whenFailed));
  }

  /** Returns true if there may be a body which comes without being asked for. */
  static boolean isSentUnasked(HttpServletRequest request) {
    return isIn(request) && request.getHeader("Expect") == null;
  }

  @Override
  public void onDataAvailable() throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    while (!ended && in.isReady()) {
      int count = in.read(buffer);
      if (count < 0) {
        return;
      }
      bytes += count;
      content.write(buffer, 0, count);
      if (bytes > maxBytes) {
        // The handler finds that it is too large.
        end(whenRead);
      }
    }
  }

  @Override
  public void onAllDataRead() {
    end(whenRead);
  }

  @Override
  public void onError(Throwable failure) {
    Throwable told = failure instanceof TimeoutException ? new IOException(failure) : failure;
    end(() -> whenFailed.accept(told));
  }

  private void end(Runnable then) {
    if (!ended) {
      ended = true;
      then.run();
    }
  }
}
