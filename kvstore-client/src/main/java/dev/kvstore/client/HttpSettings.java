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
 * How the stores of a service are reached. Immutable; each {@code with} returns a changed copy.
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

  /** What is set. Not changed any more once settings have it. */
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
    Duration checked = check("request timeout", timeout);
    return with(fields -> fields.requestTimeout = checked);
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
    Duration checked = check("connect timeout", timeout);
    return with(fields -> fields.connectTimeout = checked);
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
    String checked = BearerToken.check(Objects.requireNonNull(newToken, "token"));
    return withToken(() -> checked);
  }

  /**
   * As {@link #withToken(String)}, for a token that changes: the supplier is asked before every
   * request, by many threads at a time, and should answer from memory. Where it throws, returns
   * null or a token that no header can hold, the call ends with {@link ErrorCode#UNAUTHENTICATED}
   * and nothing is sent.
   */
  public HttpSettings withToken(Supplier<String> newToken) {
    Objects.requireNonNull(newToken, "token");
    return with(fields -> fields.token = newToken);
  }

  /**
   * Whom to trust, and which certificate to show, on connections by https. Without it that is the
   * JDK's default context, which trusts what the system property {@code javax.net.ssl.trustStore}
   * names or the JDK brings. Replaces what {@link #trusting} and {@link #withClientCertificate}
   * said. Names of hosts are checked against certificates either way.
   */
  public HttpSettings withSslContext(SSLContext context) {
    ClientTls tls = ClientTls.of(Objects.requireNonNull(context, "context"));
    return with(fields -> fields.tls = tls);
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
    ClientTls tls = fields.tls.trusting(Objects.requireNonNull(pem, "pem"));
    return with(fields -> fields.tls = tls);
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
    ClientTls tls = fields.tls.showing(
        Objects.requireNonNull(certificate, "certificate"), Objects.requireNonNull(key, "key"));
    return with(fields -> fields.tls = tls);
  }

  /**
   * Which proxy leads to the service, for example {@link ProxySelector#of}. Without it that is the
   * JDK's default selector, which goes by the system properties {@code http.proxyHost} and the
   * like. {@link java.net.http.HttpClient.Builder#NO_PROXY} goes by none, whatever they say.
   */
  public HttpSettings withProxy(ProxySelector selector) {
    Objects.requireNonNull(selector, "selector");
    return with(fields -> fields.proxy = selector);
  }

  /**
   * The application's own client, which is used as it is and never closed. It brings the threads,
   * TLS, proxy, connect timeout and authentication to a proxy; {@link #withConnectTimeout},
   * {@link #trusting}, {@link #withSslContext}, {@link #withClientCertificate} and
   * {@link #withProxy} cannot be combined with it. Requests go by HTTP/1.1 whatever it prefers.
   * Give it a connect timeout below the {@link #withRequestTimeout request timeout}.
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
   * How the near-cache behaves; by default there is one with {@link NearCacheSettings#DEFAULT}. It
   * follows the service's stream of events, and serves only as long as that proves that nothing was
   * missed. The service's own feed of changes answers every half second, so with a
   * {@link NearCacheSettings#stalenessBound() staleness bound} below 2 seconds more reads go to the
   * service. {@link NearCacheSettings#maximumBytes()} is for all stores of a database together.
   */
  public HttpSettings withNearCache(NearCacheSettings newNearCache) {
    Objects.requireNonNull(newNearCache, "nearCache");
    return with(fields -> fields.nearCache = newNearCache);
  }

  /** No near-cache: each read asks the service. */
  public HttpSettings withoutNearCache() {
    return with(fields -> fields.nearCache = null);
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
   *
   * <p>Each store of a {@link HttpKVDatabase} has a file of its own, whose name ends with the
   * store's: for {@code settings.known} and the store {@code app} it is {@code settings.known.app}.
   */
  public HttpSettings withLastKnownGood(Path file) {
    Objects.requireNonNull(file, "file");
    return with(fields -> fields.lastKnownGood = file);
  }

  /**
   * The mapper by which Java types are mapped; by default Jackson as it comes. It is copied: its
   * modules, naming and mix-ins apply. Settings by which Jackson would lose something silently,
   * such as ignoring unknown members, are turned off; an annotation on a class can still ask for
   * them.
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

  /** Returns how the near-cache behaves; empty where there is none. */
  public Optional<NearCacheSettings> nearCache() {
    return Optional.ofNullable(fields.nearCache);
  }

  /** Returns what each request needs to know. */
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

  /** Without the token. */
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
