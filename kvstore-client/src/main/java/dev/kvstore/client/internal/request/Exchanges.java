package dev.kvstore.client.internal.request;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.support.Deadline;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.security.cert.CertificateException;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Sends single attempts of calls, with limits for time and response size.
 *
 * <p>A write without a response is reported as not done if that is certain: no connection was made,
 * or its body was never sent. Otherwise its outcome is unknown. That includes the rare write on a
 * kept-alive connection that the service is just closing: the JDK's client drops connections that
 * are already closed, but for one that breaks at that moment it is unknown what still arrived.
 */
public final class Exchanges implements AutoCloseable {
  /** Matches the TLS alerts for a rejected certificate. */
  private static final Pattern CERTIFICATE_ALERT =
      Pattern.compile("fatal alert: (\\w*certificate\\w*|unknown_ca|access_denied)");

  private final String owner;
  private final ServiceClient service;
  private final boolean closesService;
  private final int maxAnswerBytes;
  private final SeenToken seen = new SeenToken();
  private volatile boolean closed;

  private Exchanges(
      String owner, ServiceClient service, boolean closesService, int maxAnswerBytes) {
    this.owner = owner;
    this.service = service;
    this.closesService = closesService;
    this.maxAnswerBytes = maxAnswerBytes;
  }

  /** Returns the exchanges of a database, which own an HTTP client. */
  public static Exchanges of(RequestSettings settings, int maxAnswerBytes) {
    return new Exchanges("database", new ServiceClient(settings), true, maxAnswerBytes);
  }

  /**
   * Returns the exchanges of one of its stores. They share the HTTP client and the clock, but each
   * store has its own seen token.
   */
  Exchanges of(String store) {
    return new Exchanges("store '" + store + "'", service, false, maxAnswerBytes);
  }

  /**
   * Returns the response, which may be an error.
   *
   * @throws UnavailableException if there is no response; nothing was written
   * @throws DistrustException if one side does not trust the other; nothing was written
   * @throws OutcomeUnknownException if there is no response to a write that may have arrived
   */
  Answer send(Attempt attempt, Deadline deadline) {
    CompletableFuture<HttpResponse<byte[]>> exchange =
        sendAsync(attempt, head -> new BoundedBody(maxAnswerBytes));
    try {
      HttpResponse<byte[]> response = exchange.get(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
      if (!attempt.isAnsweredBy(response.headers())) {
        // An intermediary may send a request twice, and then responses are matched to the wrong
        // requests.
        throw failed(attempt, "got the answer to another request", null);
      }
      Answer answer = new Answer(attempt, response);
      seen.raise(response);
      if (answer.isFromService()) {
        service.clock().tell(response);
      }
      return answer;
    } catch (TimeoutException e) {
      exchange.cancel(true);
      throw failed(attempt, "was not answered in time", e);
    } catch (InterruptedException e) {
      exchange.cancel(true);
      Thread.currentThread().interrupt();
      throw failed(attempt, "was interrupted", e);
    } catch (ExecutionException e) {
      throw broken(attempt, rootOf(e));
    }
  }

  /**
   * Starts an exchange, which the caller must monitor and end.
   *
   * @throws KVException if this was closed, or the token's supplier has none
   */
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(Attempt attempt, BodyHandler<T> body) {
    HttpRequest request = attempt.toRequest(service.settings().token(), seen.get());
    return open().sendAsync(request, body);
  }

  public SeenToken seen() {
    return seen;
  }

  /** Returns the clock for the expiry of entries. */
  public InstantSource clock() {
    return service.clock();
  }

  private KVException broken(Attempt attempt, Throwable cause) {
    if (cause instanceof BoundedBody.TooLargeException && !attempt.call().isWrite()) {
      return new AnswerTooLargeException(attempt, maxAnswerBytes);
    }
    String distrust = distrust(cause);
    if (distrust != null) {
      return new DistrustException(attempt, distrust, cause);
    }
    String what = neverConnected(cause)
        ? "failed: no connection could be made; is the service running there?"
        : "failed: the exchange with the service broke off";
    KVException failed = failed(attempt, what, cause);
    return isClosed() && !(failed instanceof OutcomeUnknownException) ? closed() : failed;
  }

  private static KVException failed(Attempt attempt, String what, @Nullable Throwable cause) {
    if (!attempt.call().isWrite()) {
      return new UnavailableException(attempt + " " + what, cause);
    }
    boolean neverSent =
        attempt.withdraw() || (attempt.body() == null && cause != null && neverConnected(cause));
    return neverSent
        ? new UnavailableException(attempt + " " + what + " (nothing was written)", cause)
        : new OutcomeUnknownException(
            attempt + " " + what
                + " (it may have been done or not: read what is there before writing again)",
            cause);
  }

  private static boolean neverConnected(Throwable cause) {
    return cause instanceof ConnectException
        || cause instanceof HttpConnectTimeoutException
        || cause instanceof SSLHandshakeException;
  }

  private static @Nullable String distrust(Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof CertificateException) {
        return "the certificate shown there is not trusted (" + cause.getMessage()
            + "); check the URL's host, and what HttpSettings.trusting or withSslContext trusts";
      }
      if (t instanceof SSLException
          && CERTIFICATE_ALERT.matcher("" + t.getMessage()).find()) {
        return "the service refuses this client's certificate, or wants one (" + t.getMessage()
            + "); check HttpSettings.withClientCertificate or withSslContext";
      }
    }
    return null;
  }

  private static Throwable rootOf(ExecutionException e) {
    Throwable cause = e;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private boolean isClosed() {
    return closed || service.client() == null;
  }

  private HttpClient open() {
    HttpClient open = service.client();
    if (closed || open == null) {
      throw closed();
    }
    return open;
  }

  /** @throws KVException with {@link ErrorCode#CLOSED} if this was closed */
  void checkOpen() {
    open();
  }

  private KVException closed() {
    return new KVException(ErrorCode.CLOSED, "The " + owner + " was closed");
  }

  @Override
  public void close() {
    closed = true;
    if (closesService) {
      service.close();
    }
  }

  /** Thrown if the response to a read exceeds the limit. */
  public static final class AnswerTooLargeException extends KVException {
    private static final long serialVersionUID = 1L;

    AnswerTooLargeException(Attempt attempt, int maxBytes) {
      super(
          ErrorCode.UNSUPPORTED_SERVER,
          attempt + " was answered with more than " + maxBytes + " bytes, the most that is read");
    }
  }

  /**
   * Thrown if the certificate of the service is not trusted, or ours is not trusted by the service.
   * Nothing was written. Retries do not help, and earlier known entries must not be used instead.
   */
  static final class DistrustException extends KVException {
    private static final long serialVersionUID = 1L;

    DistrustException(Attempt attempt, String problem, Throwable cause) {
      super(ErrorCode.UNSUPPORTED_SERVER, attempt + " failed: " + problem, cause);
    }
  }
}
