package dev.kvstore.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvstore.Durations;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.client.internal.request.BearerToken;
import dev.kvstore.client.internal.request.ClientTls;
import dev.kvstore.client.internal.request.RequestSettings;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the connection to a kvstore service. Immutable; each method returns a changed copy.
 *
 * @since 0.1
 */
public final class HttpSettings {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /**
   * 40 seconds for a call, two of them to connect; no token, the JDK's own trust and proxy, and a
   * near-cache with {@link NearCacheSettings#DEFAULT}.
   */
  public static final HttpSettings DEFAULT = new HttpSettings(new Fields());

  private static final Duration LONGEST = Duration.ofDays(1);

  private final Fields fields;

  /** The settings as fields. Not modified after an {@link HttpSettings} was created with them. */
  private static final class Fields implements Cloneable {
    private Duration requestTimeout = Duration.ofSeconds(40);
    private Duration connectTimeout = CONNECT_TIMEOUT;
    private @Nullable Supplier<String> token;
    private ClientTls tls = ClientTls.DEFAULT;
    private @Nullable ProxySelector proxy;
    private @Nullable HttpClient client;
    private @Nullable NearCacheSettings nearCache = NearCacheSettings.DEFAULT;
    private @Nullable Path lastKnownGood;
    private @Nullable ObjectMapper objectMapper;

    @Override
    protected Fields clone() {
      try {
        return (Fields) super.clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private HttpSettings(Fields fields) {
    boolean isDivided = fields.client != null
        && (fields.proxy != null
            || !fields.tls.equals(ClientTls.DEFAULT)
            || !fields.connectTimeout.equals(CONNECT_TIMEOUT));
    if (isDivided) {
      throw invalid("An HTTP client of the application's own brings its TLS, proxy and connect"
          + " timeout: set them there, and none of them here");
    }
    this.fields = fields;
  }

  private HttpSettings with(Consumer<Fields> change) {
    Fields changed = fields.clone();
    change.accept(changed);
    return new HttpSettings(changed);
  }

  /**
   * Sets the time limit of a call, including connecting and all retries. The last quarter of a
   * write's time is reserved for determining its outcome. A batch has this limit for each 1,000
   * keys. The default is 40 seconds: a service gives its database 15, in which a replica set can
   * replace its primary, and as many again to resolve a write whose reply was lost. With a lower
   * limit such a write may end with {@link dev.kvstore.OutcomeUnknownException}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from a
   *     millisecond to a day
   */
  public HttpSettings withRequestTimeout(Duration timeout) {
    Duration checked = check("request timeout", timeout);
    return with(fields -> fields.requestTimeout = checked);
  }

  /**
   * Sets the time limit for connecting; 2 seconds by default. Keep it below the request timeout: a
   * call that times out while connecting has certainly changed nothing.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from a
   *     millisecond to a day
   */
  public HttpSettings withConnectTimeout(Duration timeout) {
    Duration checked = check("connect timeout", timeout);
    return with(fields -> fields.connectTimeout = checked);
  }

  /**
   * Sets the token, sent as {@code Authorization: Bearer}. Plain http exposes it on the network;
   * for a host other than this one, opening logs a warning.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is empty or has a
   *     character that a header cannot hold
   */
  public HttpSettings withToken(String newToken) {
    String checked = BearerToken.check(Objects.requireNonNull(newToken, "token"));
    return withToken(() -> checked);
  }

  /**
   * Like {@link #withToken(String)}, for a token that changes. The supplier is called before every
   * request, by many threads at a time, and should not block. If it throws, or returns null or an
   * invalid token, the call fails with {@link ErrorCode#UNAUTHENTICATED} and nothing is sent.
   */
  public HttpSettings withToken(Supplier<String> newToken) {
    Objects.requireNonNull(newToken, "token");
    return with(fields -> fields.token = newToken);
  }

  /**
   * Sets the SSL context for https. The default is the JDK's, which trusts the store of the system
   * property {@code javax.net.ssl.trustStore} or the JDK's own. Replaces {@link #trusting} and
   * {@link #withClientCertificate}. Host names are always verified.
   */
  public HttpSettings withSslContext(SSLContext context) {
    ClientTls tls = ClientTls.of(Objects.requireNonNull(context, "context"));
    return with(fields -> fields.tls = tls);
  }

  /**
   * Trusts only the certificates in this PEM file: a private certificate authority, or the
   * service's own self-signed certificate. Reads the file now. Replaces {@link #withSslContext}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the file cannot be
   *     read or has no certificate
   */
  public HttpSettings trusting(Path pem) {
    ClientTls tls = fields.tls.trusting(Objects.requireNonNull(pem, "pem"));
    return with(fields -> fields.tls = tls);
  }

  /**
   * Sets the client certificate for a service that asks for one. Reads both files now. Replaces
   * {@link #withSslContext} and combines with {@link #trusting}.
   *
   * @param certificate a PEM file with the certificate, followed by its chain
   * @param key a PEM file with its private key, as unencrypted PKCS #8
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if a file cannot be
   *     read, or the key does not match the certificate
   */
  public HttpSettings withClientCertificate(Path certificate, Path key) {
    ClientTls tls = fields.tls.showing(
        Objects.requireNonNull(certificate, "certificate"), Objects.requireNonNull(key, "key"));
    return with(fields -> fields.tls = tls);
  }

  /**
   * Sets the proxy, for example {@link ProxySelector#of}. The default is the JDK's selector, which
   * reads system properties such as {@code http.proxyHost}.
   * {@link java.net.http.HttpClient.Builder#NO_PROXY} connects directly.
   */
  public HttpSettings withProxy(ProxySelector selector) {
    Objects.requireNonNull(selector, "selector");
    return with(fields -> fields.proxy = selector);
  }

  /**
   * Uses the application's own client, which is never closed. It determines threads, TLS, proxy,
   * proxy authentication and connect timeout, so {@link #withConnectTimeout}, {@link #trusting},
   * {@link #withSslContext}, {@link #withClientCertificate} and {@link #withProxy} cannot be
   * combined with it. Requests always use HTTP/1.1. Give it a connect timeout below the
   * {@link #withRequestTimeout request timeout}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if one of those was set,
   *     or the client follows redirects, which could take a token or a write to another host
   */
  public HttpSettings withHttpClient(HttpClient client) {
    if (Objects.requireNonNull(client, "client").followRedirects() != HttpClient.Redirect.NEVER) {
      throw invalid("The HTTP client follows redirects, which could take a token or a write to"
          + " another host: build it with Redirect.NEVER, which is its default");
    }
    return with(fields -> fields.client = client);
  }

  /**
   * Sets the behavior of the near-cache; {@link NearCacheSettings#DEFAULT} by default. It follows
   * the event stream of the service and serves entries only while the stream proves that no change
   * was missed. The service's own change feed answers every half second, so with a
   * {@link NearCacheSettings#stalenessBound() staleness bound} below 2 seconds more reads go to the
   * service. All stores of a database share {@link NearCacheSettings#maximumBytes()}.
   */
  public HttpSettings withNearCache(NearCacheSettings newNearCache) {
    Objects.requireNonNull(newNearCache, "nearCache");
    return with(fields -> fields.nearCache = newNearCache);
  }

  /** Turns the near-cache off: each read goes to the service. */
  public HttpSettings withoutNearCache() {
    return with(fields -> fields.nearCache = null);
  }

  /**
   * Keeps a copy of the whole store in this last-known-good file, and in memory. While the service
   * cannot be reached, also at start, reads are answered from it. Such entries are
   * {@link dev.kvstore.KVEntry#stale()} with the source {@link dev.kvstore.KVEntry.Source#FILE};
   * key listings and absent keys are not marked. Writes fail, and so do reads whose
   * {@link dev.kvstore.ReadOptions} require more. When the service returns, reads go to it again
   * within about a second. Expired entries are never returned.
   *
   * <p>The file is written within about a second of a change; what the process itself writes or
   * reads is in memory at once. The whole store is read initially and after a gap in its changes,
   * and then only changed keys. The file holds values that were stored together at one moment,
   * unless they never stop changing.
   *
   * <p><b>The file holds all values of the store that the token may read, secrets included.</b>
   * Only its owner can read it; keep it where only the application has access. A file that is
   * accessible to other users, damaged, or of another service or store is ignored with a log
   * message, and then replaced. Several processes may share it for the same store.
   *
   * <p>Each store of a {@link HttpKVDatabase} has its own file, with the store's name appended:
   * {@code settings.known} for the store {@code app} is {@code settings.known.app}.
   */
  public HttpSettings withLastKnownGood(Path file) {
    Objects.requireNonNull(file, "file");
    return with(fields -> fields.lastKnownGood = file);
  }

  /**
   * Sets the Jackson mapper for Java types. It is copied: its modules, naming and mix-ins apply.
   * Settings that lose data silently, such as ignoring unknown members, are turned off; annotations
   * on a class can still turn them on.
   */
  public HttpSettings withObjectMapper(ObjectMapper mapper) {
    Objects.requireNonNull(mapper, "mapper");
    return with(fields -> fields.objectMapper = mapper);
  }

  public Duration requestTimeout() {
    return fields.requestTimeout;
  }

  public Duration connectTimeout() {
    return fields.connectTimeout;
  }

  /** Returns the settings of the near-cache; empty if it is off. */
  public Optional<NearCacheSettings> nearCache() {
    return Optional.ofNullable(fields.nearCache);
  }

  /** Returns the settings of requests. */
  RequestSettings requests() {
    return new RequestSettings(
        fields.requestTimeout,
        fields.connectTimeout,
        fields.token,
        fields.tls,
        fields.proxy,
        fields.client);
  }

  Optional<Path> lastKnownGood() {
    return Optional.ofNullable(fields.lastKnownGood);
  }

  @Nullable
  ObjectMapper objectMapper() {
    return fields.objectMapper;
  }

  private static Duration check(String name, Duration timeout) {
    Objects.requireNonNull(timeout, name);
    if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(LONGEST) > 0) {
      throw invalid("The " + name + " is " + Durations.format(timeout) + ", it must be from 1ms to "
          + Durations.format(LONGEST));
    }
    return timeout;
  }

  private static InvalidInputException invalid(String problem) {
    return new InvalidInputException(ErrorCode.INVALID_PARAMETER, problem);
  }

  /** Omits the token. */
  @Override
  public String toString() {
    return "HttpSettings[requestTimeout=" + fields.requestTimeout
        + ", connectTimeout=" + fields.connectTimeout
        + ", token=" + (fields.token == null ? "none" : "given")
        + ", sslContext=" + (fields.tls.equals(ClientTls.DEFAULT) ? "default" : "given")
        + ", proxy=" + (fields.proxy == null ? "default" : "given")
        + ", httpClient=" + (fields.client == null ? "default" : "given")
        + ", nearCache=" + (fields.nearCache == null ? "none" : "given")
        + ", lastKnownGood=" + (fields.lastKnownGood == null ? "none" : fields.lastKnownGood)
        + ", objectMapper=" + (fields.objectMapper == null ? "default" : "given") + "]";
  }
}
