package dev.kvstore.client;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.net.ProxySelector;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a store over HTTP reaches its service. Immutable; each {@code with} returns a changed copy.
 */
public final class HttpSettings {
  /** 15 seconds for a call, two of them to connect; no token, and the JDK's own trust and proxy. */
  public static final HttpSettings DEFAULT =
      new HttpSettings(Duration.ofSeconds(15), Duration.ofSeconds(2), null, null, null);

  private static final Duration LONGEST = Duration.ofDays(1);

  private final Duration requestTimeout;
  private final Duration connectTimeout;
  private final @Nullable Supplier<String> token;
  private final @Nullable SSLContext sslContext;
  private final @Nullable ProxySelector proxy;

  private HttpSettings(
      Duration requestTimeout,
      Duration connectTimeout,
      @Nullable Supplier<String> token,
      @Nullable SSLContext sslContext,
      @Nullable ProxySelector proxy) {
    this.requestTimeout = requestTimeout;
    this.connectTimeout = connectTimeout;
    this.token = token;
    this.sslContext = sslContext;
    this.proxy = proxy;
  }

  /**
   * Each call of the store is over after this long, whatever it had to send: connecting, waiting,
   * reading the answer and trying again are all inside. 15 seconds by default: a service gives its
   * database 5, and as many again to find out what became of a write whose reply was lost. With
   * less here than there, such a write ends as {@link dev.kvstore.OutcomeUnknownException}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from a
   *     millisecond to a day
   */
  public HttpSettings withRequestTimeout(Duration timeout) {
    return new HttpSettings(
        check("request timeout", timeout), connectTimeout, token, sslContext, proxy);
  }

  /**
   * A connection must stand after this long. 2 seconds by default; the request timeout bounds it
   * too. Best kept below the request timeout: a call that ran out of time while it was still
   * connecting has certainly changed nothing.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from a
   *     millisecond to a day
   */
  public HttpSettings withConnectTimeout(Duration timeout) {
    return new HttpSettings(
        requestTimeout, check("connect timeout", timeout), token, sslContext, proxy);
  }

  /**
   * The token by which the service knows who asks, sent as {@code Authorization: Bearer}. Over
   * plain http everybody on the way can read it: to another host than this one that is allowed, but
   * warned about in the log when the store is opened.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is empty or has a
   *     character that no such header can hold
   */
  public HttpSettings withToken(String newToken) {
    String checked = BearerToken.check(newToken);
    return withToken(() -> checked);
  }

  /**
   * As {@link #withToken(String)}, for a token that changes: the supplier is asked before every
   * request, by many threads at a time, and should answer from memory. Where it throws, returns
   * null or a token that no header can hold, the call ends with {@link ErrorCode#UNAUTHENTICATED}
   * and nothing is sent.
   */
  public HttpSettings withToken(Supplier<String> newToken) {
    return new HttpSettings(
        requestTimeout,
        connectTimeout,
        Objects.requireNonNull(newToken, "token"),
        sslContext,
        proxy);
  }

  /**
   * Whom to trust, and which certificate to show, on connections by https. Without it that is the
   * JDK's default context, which trusts what the system property {@code javax.net.ssl.trustStore}
   * names or the JDK brings. Names of hosts are checked against certificates either way.
   */
  public HttpSettings withSslContext(SSLContext context) {
    return new HttpSettings(
        requestTimeout, connectTimeout, token, Objects.requireNonNull(context, "context"), proxy);
  }

  /**
   * Which proxy leads to the service, for example {@link ProxySelector#of}. Without it that is the
   * JDK's default selector, which goes by the system properties {@code http.proxyHost} and the
   * like. {@link java.net.http.HttpClient.Builder#NO_PROXY} goes by none, whatever they say.
   */
  public HttpSettings withProxy(ProxySelector selector) {
    return new HttpSettings(
        requestTimeout,
        connectTimeout,
        token,
        sslContext,
        Objects.requireNonNull(selector, "selector"));
  }

  public Duration requestTimeout() {
    return requestTimeout;
  }

  public Duration connectTimeout() {
    return connectTimeout;
  }

  Optional<Supplier<String>> token() {
    return Optional.ofNullable(token);
  }

  Optional<SSLContext> sslContext() {
    return Optional.ofNullable(sslContext);
  }

  Optional<ProxySelector> proxy() {
    return Optional.ofNullable(proxy);
  }

  private static Duration check(String name, Duration timeout) {
    if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(LONGEST) > 0) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The " + name + " is " + timeout + ", it must be from PT0.001S to " + LONGEST);
    }
    return timeout;
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "HttpSettings[requestTimeout=" + requestTimeout + ", connectTimeout=" + connectTimeout
        + ", token=" + (token == null ? "none" : "given")
        + ", sslContext=" + (sslContext == null ? "default" : "given")
        + ", proxy=" + (proxy == null ? "default" : "given") + "]";
  }
}
