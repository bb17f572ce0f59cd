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
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one attempt of a call, bounded in time and in the size of its answer.
 *
 * <p>A write that got no answer is reported as not done where that is certain: no connection came
 * about, or its body never went out. Else its outcome is unknown. That includes the rare write that
 * meets a kept connection just as the service closes it: the JDK's client drops connections that
 * are closed already, and of one that breaks at that moment nobody can say what still got through.
 */
public final class Exchanges implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Exchanges.class);

  /** How TLS says that the certificate of the other side will not do. */
  private static final Pattern CERTIFICATE_ALERT =
      Pattern.compile("fatal alert: (\\w*certificate\\w*|unknown_ca|access_denied)");

  private final String store;
  private final int maxAnswerBytes;
  private final @Nullable Supplier<String> token;
  private final Duration longestCall;
  private final SeenToken seen = new SeenToken();
  private final ServiceClock clock = new ServiceClock(InstantSource.system());
  private volatile @Nullable HttpClient client;

  /** @param store as it is named when it was closed */
  public Exchanges(String store, RequestSettings settings, int maxAnswerBytes) {
    this.store = store;
    this.maxAnswerBytes = maxAnswerBytes;
    this.token = settings.token();
    this.longestCall = settings.requestTimeout();
    Duration connectTimeout = settings.connectTimeout().compareTo(settings.requestTimeout()) < 0
        ? settings.connectTimeout()
        : settings.requestTimeout();
    // The service speaks HTTP/1.1 alone. To ask for more would add an offer to upgrade to each
    // request over http, and change nothing over https.
    HttpClient.Builder builder = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(connectTimeout);
    settings.tls().context().ifPresent(builder::sslContext);
    if (settings.proxy() != null) {
      builder.proxy(settings.proxy());
    }
    this.client = builder.build();
  }

  /**
   * Returns the answer, whatever it says.
   *
   * @throws UnavailableException if there is none; nothing was written
   * @throws DistrustException if one side does not trust the other; nothing was written
   * @throws OutcomeUnknownException if a write that may have arrived got none
   */
  Answer send(Attempt attempt, Deadline deadline) {
    CompletableFuture<HttpResponse<byte[]>> exchange =
        sendAsync(attempt, head -> new BoundedBody(maxAnswerBytes));
    try {
      HttpResponse<byte[]> response = exchange.get(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
      Answer answer = checked(new Answer(attempt, response));
      seen.raise(response);
      if (answer.isFromService()) {
        clock.tell(response);
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
   * Begins an exchange that is for the caller to watch and to end.
   *
   * @throws KVException if this was closed, or the token's supplier has none
   */
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(Attempt attempt, BodyHandler<T> body) {
    HttpRequest request = attempt.toRequest(token, seen.get());
    return open().sendAsync(request, body);
  }

  /** Returns what was seen of the database's history. */
  public SeenToken seen() {
    return seen;
  }

  /** Returns the time of day by which entries expire. */
  public InstantSource clock() {
    return clock;
  }

  /** Something in between may send a request twice, and answers then come to the wrong question. */
  private static Answer checked(Answer answer) {
    if (!answer.isToItsRequest()) {
      throw failed(answer.attempt(), "got the answer to another request", null);
    }
    return answer;
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
    return client == null && !(failed instanceof OutcomeUnknownException) ? closed() : failed;
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
   * Lets the client go, without waiting. From JDK 21 on that closes its connections, after the
   * calls under way; before, they are closed, and its threads end, when the garbage collector finds
   * that nobody has it. All its threads are daemons.
   */
  @Override
  public void close() {
    HttpClient closing = client;
    client = null;
    if (closing instanceof AutoCloseable closeable) {
      // Now and then the JDK's client waits for ever in here, for a thread of its own that nobody
      // wakes (seen after TLS connections), until it is interrupted.
      Thread closer = new Thread(() -> close(closeable), "kvstore-http-close");
      closer.setDaemon(true);
      closer.start();
      CompletableFuture.delayedExecutor(longestCall.toNanos(), TimeUnit.NANOSECONDS)
          .execute(closer::interrupt);
    }
  }

  private static void close(AutoCloseable client) {
    try {
      client.close();
    } catch (Exception | Error e) {
      LOG.warn("The HTTP client could not be closed", e);
    }
  }

  /** The answer to a read has more bytes than are taken. */
  public static final class AnswerTooLargeException extends KVException {
    private static final long serialVersionUID = 1L;

    AnswerTooLargeException(Attempt attempt, int maxBytes) {
      super(
          ErrorCode.UNSUPPORTED_SERVER,
          attempt + " was answered with more than " + maxBytes + " bytes, the most that is read");
    }
  }

  /**
   * The certificate shown there is not trusted, or ours is not trusted there. Nothing was written.
   * No retry helps, and nothing known earlier may be answered in place of that service.
   */
  static final class DistrustException extends KVException {
    private static final long serialVersionUID = 1L;

    DistrustException(Attempt attempt, String problem, Throwable cause) {
      super(ErrorCode.UNSUPPORTED_SERVER, attempt + " failed: " + problem, cause);
    }
  }
}
