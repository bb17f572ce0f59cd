package dev.kvstore.client;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Sends calls, bounded in time and in the size of their answers. A read whose exchange broke is
 * sent a second time; a write never is.
 *
 * <p>A write that got no answer is reported as not done where that is certain: no connection came
 * about, or its body never went out. Else its outcome is unknown. That includes the rare write that
 * meets a kept connection just as the service closes it: the JDK's client drops connections that
 * are closed already, and of one that breaks at that moment nobody can say what still got through.
 */
final class Transport implements AutoCloseable {
  /** A page of entries is about 5 MiB and one value, which has 15 MiB at most. */
  static final int MAX_ANSWER_BYTES = 64 * 1024 * 1024;

  private final String store;
  private final int maxAnswerBytes;
  private final @Nullable Supplier<String> token;
  private volatile @Nullable HttpClient client;

  /** @param store as it is named when it was closed */
  Transport(String store, HttpSettings settings, int maxAnswerBytes) {
    this.store = store;
    this.maxAnswerBytes = maxAnswerBytes;
    Duration connectTimeout = settings.connectTimeout().compareTo(settings.requestTimeout()) < 0
        ? settings.connectTimeout()
        : settings.requestTimeout();
    // The service speaks HTTP/1.1 alone. Asking for more costs an upgrade offer with each request
    // over http and changes nothing over https.
    HttpClient.Builder builder = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(connectTimeout);
    settings.sslContext().ifPresent(builder::sslContext);
    settings.proxy().ifPresent(builder::proxy);
    this.token = settings.token().orElse(null);
    this.client = builder.build();
  }

  /**
   * Returns the answer, whatever it says.
   *
   * @throws UnavailableException if there is none; nothing was written
   * @throws OutcomeUnknownException if a write that may have arrived got none
   */
  Answer send(Call call, Deadline deadline) {
    return send(call, deadline, !call.isWrite());
  }

  private Answer send(Call call, Deadline deadline, boolean mayRepeat) {
    CompletableFuture<HttpResponse<byte[]>> exchange =
        open().sendAsync(call.toRequest(token), head -> new BoundedBody(maxAnswerBytes));
    try {
      return new Answer(call, exchange.get(deadline.nanosLeft(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      exchange.cancel(true);
      throw failed(call, "was not answered in time", e);
    } catch (InterruptedException e) {
      exchange.cancel(true);
      Thread.currentThread().interrupt();
      throw failed(call, "was interrupted", e);
    } catch (ExecutionException e) {
      Throwable cause = rootOf(e);
      if (mayRepeat
          && cause instanceof IOException
          && !neverConnected(cause)
          && deadline.nanosLeft() > 0) {
        return send(call, deadline, false);
      }
      throw broken(call, cause);
    }
  }

  private KVException broken(Call call, Throwable cause) {
    if (cause instanceof BoundedBody.TooLargeException && !call.isWrite()) {
      return new AnswerTooLargeException(call, maxAnswerBytes);
    }
    String what = neverConnected(cause)
        ? "failed: no connection could be made; is the service running there?"
        : "failed: the exchange with the service broke off";
    KVException failed = failed(call, what, cause);
    return client == null && !(failed instanceof OutcomeUnknownException) ? closed() : failed;
  }

  private static KVException failed(Call call, String what, Throwable cause) {
    if (!call.isWrite()) {
      return new UnavailableException(call + " " + what, cause);
    }
    return call.withdraw() || (call.body() == null && neverConnected(cause))
        ? new UnavailableException(call + " " + what + " (nothing was written)", cause)
        : new OutcomeUnknownException(
            call + " " + what
                + " (it may have been done or not: read what is there before writing again)",
            cause);
  }

  private static boolean neverConnected(Throwable cause) {
    return cause instanceof ConnectException
        || cause instanceof HttpConnectTimeoutException
        || cause instanceof SSLHandshakeException;
  }

  private static Throwable rootOf(ExecutionException e) {
    Throwable cause = e;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Returns the client, if this is open. */
  private HttpClient open() {
    HttpClient open = client;
    if (open == null) {
      throw closed();
    }
    return open;
  }

  /** @throws KVException with {@link ErrorCode#CLOSED} if this was closed */
  void checkOpen() {
    open();
  }

  private KVException closed() {
    return new KVException(ErrorCode.CLOSED, "The store '" + store + "' was closed");
  }

  /**
   * Lets the client go. From JDK 21 on that closes its connections, after the calls under way;
   * before, they are closed, and its threads end, when the garbage collector finds that nobody has
   * it. All its threads are daemons.
   */
  @Override
  public void close() {
    HttpClient closing = client;
    client = null;
    if (closing instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new KVException(ErrorCode.INTERNAL, "The HTTP client could not be closed", e);
      }
    }
  }

  /** The answer to a read has more bytes than are taken. */
  static final class AnswerTooLargeException extends KVException {
    private static final long serialVersionUID = 1L;

    AnswerTooLargeException(Call call, int maxBytes) {
      super(
          ErrorCode.UNSUPPORTED_SERVER,
          call + " was answered with more than " + maxBytes + " bytes, the most that is read");
    }
  }
}
