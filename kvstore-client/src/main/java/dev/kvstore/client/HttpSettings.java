package dev.kvstore.client;

import dev.kvstore.Durations;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.client.internal.request.BearerToken;
import dev.kvstore.client.internal.request.ClientTls;
import dev.kvstore.client.internal.request.RequestSettings;
import java.net.ProxySelector;
import java.nio.file.Path;
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
  /** 40 seconds for a call, two of them to connect; no token, and the JDK's own trust and proxy. */
  public static final HttpSettings DEFAULT = new HttpSettings(
      Duration.ofSeconds(40),
      Duration.ofSeconds(2),
      null,
      ClientTls.DEFAULT,
      null,
      NearCacheSettings.DEFAULT,
      null);

  private static final Duration LONGEST = Duration.ofDays(1);

  private final Duration requestTimeout;
  private final Duration connectTimeout;
  private final @Nullable Supplier<String> token;
  private final ClientTls tls;
  private final @Nullable ProxySelector proxy;
  private final @Nullable NearCacheSettings nearCache;
  private final @Nullable Path lastKnownGood;

  private HttpSettings(
      Duration requestTimeout,
      Duration connectTimeout,
      @Nullable Supplier<String> token,
      ClientTls tls,
      @Nullable ProxySelector proxy,
      @Nullable NearCacheSettings nearCache,
      @Nullable Path lastKnownGood) {
    this.requestTimeout = requestTimeout;
    this.connectTimeout = connectTimeout;
    this.token = token;
    this.tls = tls;
    this.proxy = proxy;
    this.nearCache = nearCache;
    this.lastKnownGood = lastKnownGood;
  }

  /**
   * Each call of the store is over after this long, whatever it had to send: connecting, waiting,
   * reading the answer and trying again are all inside; of a write the last quarter is for finding
   * out what became of it. A batch has as long for each 1,000 keys. 40 seconds by default: a
   * service gives its database 15, in which a replica set can replace its primary, and as many
   * again to find out what became of a write whose reply was lost. With less here than there, such
   * a write may end as {@link dev.kvstore.OutcomeUnknownException}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from a
   *     millisecond to a day
   */
  public HttpSettings withRequestTimeout(Duration timeout) {
    return new HttpSettings(
        check("request timeout", timeout),
        connectTimeout,
        token,
        tls,
        proxy,
        nearCache,
        lastKnownGood);
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
        requestTimeout,
        check("connect timeout", timeout),
        token,
        tls,
        proxy,
        nearCache,
        lastKnownGood);
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
        tls,
        proxy,
        nearCache,
        lastKnownGood);
  }

  /**
   * Whom to trust, and which certificate to show, on connections by https. Without it that is the
   * JDK's default context, which trusts what the system property {@code javax.net.ssl.trustStore}
   * names or the JDK brings. Replaces what {@link #trusting} and {@link #withClientCertificate}
   * said. Names of hosts are checked against certificates either way.
   */
  public HttpSettings withSslContext(SSLContext context) {
    return with(ClientTls.of(Objects.requireNonNull(context, "context")));
  }

  /**
   * Trusts the certificates in this PEM file, and no others: a private certificate authority, or
   * the service's own certificate if it is self-signed. Reads the file now. Replaces a context
   * given to {@link #withSslContext}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the file cannot be
   *     read or has no certificate
   */
  public HttpSettings trusting(Path pem) {
    return with(tls.trusting(pem));
  }

  /**
   * Shows this certificate to a service that asks clients for one. Reads both files now. Replaces a
   * context given to {@link #withSslContext}, and combines with {@link #trusting}.
   *
   * @param certificate a PEM file with the certificate, followed by those that lead to the root
   * @param key a PEM file with its private key, in PKCS #8 and not encrypted
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if a file cannot be
   *     read, or the two do not belong together
   */
  public HttpSettings withClientCertificate(Path certificate, Path key) {
    return with(tls.showing(certificate, key));
  }

  private HttpSettings with(ClientTls newTls) {
    return new HttpSettings(
        requestTimeout, connectTimeout, token, newTls, proxy, nearCache, lastKnownGood);
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
        tls,
        Objects.requireNonNull(selector, "selector"),
        nearCache,
        lastKnownGood);
  }

  /**
   * How the near-cache behaves; by default there is one with {@link NearCacheSettings#DEFAULT}. It
   * follows the service's stream of events, and serves only as long as that proves that nothing was
   * missed. The service's own feed of changes answers every half second, so with a
   * {@link NearCacheSettings#stalenessBound() staleness bound} below 2 seconds more reads go to the
   * service.
   */
  public HttpSettings withNearCache(NearCacheSettings newNearCache) {
    return new HttpSettings(
        requestTimeout,
        connectTimeout,
        token,
        tls,
        proxy,
        Objects.requireNonNull(newNearCache, "nearCache"),
        lastKnownGood);
  }

  /** No near-cache: each read asks the service. */
  public HttpSettings withoutNearCache() {
    return new HttpSettings(requestTimeout, connectTimeout, token, tls, proxy, null, lastKnownGood);
  }

  /**
   * Lets the client keep a copy of the whole store in this file, and in memory, and answer reads by
   * it while the service cannot be reached, from its start on: those entries are
   * {@link dev.kvstore.KVEntry#stale()} and of the source {@link dev.kvstore.KVEntry.Source#FILE};
   * listings of keys, and that a key is absent, have no place for such a mark. Writes fail as ever,
   * and so do reads that demand more by {@link dev.kvstore.ReadOptions}. When the service returns,
   * reads go to it again within a second or so. An entry that has expired is not answered from the
   * file either.
   *
   * <p>The file is written within about a second of a change, and what the process wrote or read
   * itself is known at once. The whole store is read at first, and after a gap in its changes; then
   * the changed keys alone. The file has the values of many keys that stood together at a moment,
   * unless they never come to rest.
   *
   * <p><b>It holds all values of the store that the token may read, as they are, secrets too.</b>
   * It is made for its owner only; keep it where only the application can read it. One that is open
   * to others, damaged, or of another service or store is named in the log and ignored. Whatever
   * the file held is replaced. Several processes may share it for the same store.
   */
  public HttpSettings withLastKnownGood(Path file) {
    return new HttpSettings(
        requestTimeout,
        connectTimeout,
        token,
        tls,
        proxy,
        nearCache,
        Objects.requireNonNull(file, "file"));
  }

  public Duration requestTimeout() {
    return requestTimeout;
  }

  public Duration connectTimeout() {
    return connectTimeout;
  }

  /** Returns how the near-cache behaves; empty where there is none. */
  public Optional<NearCacheSettings> nearCache() {
    return Optional.ofNullable(nearCache);
  }

  /** Returns what each request needs to know. */
  RequestSettings requests() {
    return new RequestSettings(requestTimeout, connectTimeout, token, tls, proxy);
  }

  Optional<Path> lastKnownGood() {
    return Optional.ofNullable(lastKnownGood);
  }

  private static Duration check(String name, Duration timeout) {
    if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(LONGEST) > 0) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The " + name + " is " + Durations.format(timeout) + ", it must be from 1ms to "
              + Durations.format(LONGEST));
    }
    return timeout;
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "HttpSettings[requestTimeout=" + requestTimeout + ", connectTimeout=" + connectTimeout
        + ", token=" + (token == null ? "none" : "given")
        + ", sslContext=" + (tls.equals(ClientTls.DEFAULT) ? "default" : "given")
        + ", proxy=" + (proxy == null ? "default" : "given")
        + ", nearCache=" + (nearCache == null ? "none" : "given")
        + ", lastKnownGood=" + (lastKnownGood == null ? "none" : lastKnownGood) + "]";
  }
}
