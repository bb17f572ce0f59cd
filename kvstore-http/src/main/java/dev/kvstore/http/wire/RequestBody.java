package dev.kvstore.http.wire;

import dev.kvstore.http.net.LingeringClose;
import dev.kvstore.http.route.RequestContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, which is read before the request is executed: while it comes, nothing but
 * the memory for what has come is used. The rest of a body that is refused is discarded for a
 * moment before the answer, see {@link LingeringClose}.
 */
public final class RequestBody implements ReadListener {
  private static final int BUFFER_BYTES = 16 * 1024;

  private final ServletInputStream in;
  private final ChunkedBuffer content;
  private final Runnable whenRead;
  private final Consumer<Throwable> whenFailed;
  private final Scheduler scheduler;
  private final long maxBytes;
  private final AtomicBoolean ended = new AtomicBoolean();

  // Of the thread that has the request for the moment.
  private long bytes;
  private @Nullable Runnable refusal;

  private RequestBody(
      ServletInputStream in,
      long maxBytes,
      ChunkedBuffer content,
      Runnable whenRead,
      Consumer<Throwable> whenFailed,
      Scheduler scheduler) {
    this.in = in;
    this.maxBytes = maxBytes;
    this.content = content;
    this.whenRead = whenRead;
    this.whenFailed = whenFailed;
    this.scheduler = scheduler;
  }

  /** Returns true if there is, or may be, a body. */
  public static boolean isIn(HttpServletRequest request) {
    return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
  }

  /**
   * Reads the body, of which one byte more than {@code maxBytes} is enough.
   *
   * @param whenRead called on this thread before this returns, or later on another one
   * @param whenFailed called in its place if the body cannot be read
   */
  public static void read(
      RequestContext context,
      int maxBytes,
      Runnable whenRead,
      Consumer<Throwable> whenFailed,
      Scheduler scheduler)
      throws IOException {
    HttpServletRequest request = context.request();
    ServletInputStream in = request.getInputStream();
    ChunkedBuffer content = new ChunkedBuffer(context.room()::take);
    Runnable whenAll = () -> {
      context.body(content.toInputStream(), content.getSize());
      whenRead.run();
    };
    long length = request.getContentLengthLong();
    if (length >= 0 && length <= Math.min(in.available(), maxBytes)) {
      content.write(in.readNBytes((int) length));
      whenAll.run();
      return;
    }
    context.startAsync();
    in.setReadListener(new RequestBody(in, maxBytes, content, whenAll, whenFailed, scheduler));
  }

  /** Returns true if there may be a body which comes without being asked for. */
  public static boolean isSentUnasked(HttpServletRequest request) {
    return isIn(request) && request.getHeader("Expect") == null;
  }

  @Override
  public void onDataAvailable() throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    while (!ended.get() && in.isReady()) {
      int count = in.read(buffer);
      if (count < 0) {
        return;
      }
      if (refusal == null) {
        keep(buffer, count);
      }
    }
  }

  private void keep(byte[] buffer, int count) {
    try {
      content.write(buffer, 0, count);
    } catch (RuntimeException e) {
      discardRest(() -> whenFailed.accept(e));
      return;
    }
    bytes += count;
    if (bytes > maxBytes) {
      // The handler finds that it is too large.
      discardRest(whenRead);
    }
  }

  private void discardRest(Runnable then) {
    refusal = then;
    scheduler.schedule(() -> end(then), LingeringClose.PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void onAllDataRead() {
    end(refusal == null ? whenRead : refusal);
  }

  @Override
  public void onError(Throwable failure) {
    Throwable told = failure instanceof TimeoutException ? new IOException(failure) : failure;
    end(refusal == null ? () -> whenFailed.accept(told) : refusal);
  }

  private void end(Runnable then) {
    if (ended.compareAndSet(false, true)) {
      then.run();
    }
  }
}
