package dev.kvstore.http.wire;

import dev.kvstore.http.limits.BodyFiles;
import dev.kvstore.http.limits.BodyFiles.BodyFile;
import dev.kvstore.http.net.LingeringClose;
import dev.kvstore.http.route.RequestContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the body of a request before the request is executed. Until it is complete, the request
 * uses only the memory or the file for the received data, and no thread. The rest of a refused body
 * is discarded for a moment before the response, see {@link LingeringClose}.
 */
public final class RequestBody implements ReadListener {
  private static final Logger LOG = LoggerFactory.getLogger(RequestBody.class);

  private static final int BUFFER_BYTES = 16 * 1024;

  private final ServletInputStream in;
  private final Content content;
  private final Runnable whenRead;
  private final Consumer<Throwable> whenFailed;
  private final Scheduler scheduler;
  private final long maxBytes;
  private final AtomicBoolean ended = new AtomicBoolean();

  // Confined to the thread that currently handles the request.
  private long bytes;
  private @Nullable Runnable refusal;

  private RequestBody(
      ServletInputStream in,
      long maxBytes,
      Content content,
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

  /** Returns true if there is or may be a body. */
  public static boolean isIn(HttpServletRequest request) {
    return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
  }

  /**
   * Reads the body, at most one byte more than {@code maxBytes}.
   *
   * @param whenRead called on this thread before this method returns, or later on another one
   * @param whenFailed called instead if the body cannot be read
   */
  public static void read(
      RequestContext context,
      long maxBytes,
      Runnable whenRead,
      Consumer<Throwable> whenFailed,
      Scheduler scheduler)
      throws IOException {
    HttpServletRequest request = context.request();
    ServletInputStream in = request.getInputStream();
    Content content = content(context);
    Runnable whenAll = () -> {
      content.giveTo(context);
      whenRead.run();
    };
    long length = request.getContentLengthLong();
    if (length >= 0 && length <= Math.min(in.available(), maxBytes)) {
      byte[] all = in.readNBytes((int) length);
      content.write(all, all.length);
      whenAll.run();
      return;
    }
    context.startAsync();
    in.setReadListener(new RequestBody(in, maxBytes, content, whenAll, whenFailed, scheduler));
  }

  /** The destination of the received data. */
  private interface Content {
    /** @throws RuntimeException if there is no room for the data */
    void write(byte[] bytes, int count);

    void giveTo(RequestContext context);
  }

  private static Content content(RequestContext context) throws IOException {
    Optional<BodyFiles> files = context.path().route().handler().bodyFiles();
    return files.isPresent()
        ? new InFile(files.get().create(context.client()), context.request())
        : new InMemory(new ChunkedBuffer(context.room()::take));
  }

  private record InMemory(ChunkedBuffer buffer) implements Content {
    @Override
    public void write(byte[] bytes, int count) {
      buffer.write(bytes, 0, count);
    }

    @Override
    public void giveTo(RequestContext context) {
      context.body(buffer.toInputStream(), buffer.getSize());
    }
  }

  private record InFile(BodyFile file) implements Content {
    InFile(BodyFile file, HttpServletRequest request) {
      this(file);
      Request.addCompletionListener(RequestContext.core(request), failure -> delete());
    }

    @Override
    public void write(byte[] bytes, int count) {
      try {
        file.write(bytes, 0, count);
      } catch (IOException e) {
        throw new UncheckedIOException("A body could not be kept in a file", e);
      }
    }

    @Override
    public void giveTo(RequestContext context) {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException("A body could not be kept in a file", e);
      }
      context.bodyFile(file);
    }

    private void delete() {
      try {
        file.delete();
      } catch (IOException e) {
        LOG.warn("A temporary file could not be deleted: {}", file.path(), e);
      }
    }
  }

  /** Returns true if there may be a body that the client sends without waiting for 100 Continue. */
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
      content.write(buffer, count);
    } catch (RuntimeException e) {
      discardRest(() -> whenFailed.accept(e));
      return;
    }
    bytes += count;
    if (bytes > maxBytes) {
      // The handler will find that it is too large.
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
