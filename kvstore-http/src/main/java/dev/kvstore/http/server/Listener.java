package dev.kvstore.http.server;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.http.limits.Shares;
import dev.kvstore.http.net.PacedConnector;
import dev.kvstore.http.net.RequestHeads;
import dev.kvstore.http.net.TrustedProxies;
import dev.kvstore.http.tls.Tls;
import dev.kvstore.http.tls.TlsFiles;
import dev.kvstore.internal.tls.PemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.jspecify.annotations.Nullable;

/** The listening socket of the service, and its settings below HTTP. */
final class Listener implements AutoCloseable {
  /**
   * The idle timeout, longer than that of clients: the JDK's client keeps connections for 30
   * seconds.
   */
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(75);

  /** The idle timeout while the maximum number of connections is reached. */
  private static final Duration IDLE_TIMEOUT_WHEN_FULL = Duration.ofSeconds(2);

  private static final Duration CERTIFICATE_CHECKS = Duration.ofSeconds(10);

  private final ServerSettings settings;
  private final @Nullable Tls tls;
  private @Nullable NetworkConnectionLimit limit;
  private @Nullable ServerConnector opened;

  /** The fraction of the process's memory for incomplete heads. */
  private static final int HEAD_MEMORY_PART = 16;

  /**
   * The accept queue. With Java's default of 50, clients wait for seconds when hundreds connect at
   * once.
   */
  private static final int ACCEPT_QUEUE = 1024;

  /**
   * The send buffer. That of the system grows to megabytes, which a client that reads nothing would
   * fill.
   */
  private static final int SEND_BUFFER = 256 * 1024;

  private Listener(ServerSettings settings, @Nullable Tls tls) {
    this.settings = settings;
    this.tls = tls;
  }

  /** @throws InvalidInputException if the files for TLS cannot be used */
  static Listener of(ServerSettings settings) {
    TlsFiles files = settings.connections().tls();
    try {
      return new Listener(settings, files == null ? null : Tls.open(files, CERTIFICATE_CHECKS));
    } catch (PemException e) {
      throw new InvalidInputException(ErrorCode.INVALID_PARAMETER, String.valueOf(e.getMessage()));
    }
  }

  void configure(HttpConfiguration http) {
    ConnectionSettings connections = settings.connections();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(connections.maxHeaderBytes());
    http.setIdleTimeout(connections.patience().toMillis());
    // Keys may contain any characters, and the service resolves the path itself.
    http.setUriCompliance(UriCompliance.UNSAFE);
    List<String> proxies = settings.web().trustedProxies();
    if (!proxies.isEmpty()) {
      http.addCustomizer(TrustedProxies.of(proxies, settings.web().forwardedHeader()));
    }
    if (tls != null) {
      // There is only one certificate, for any host name.
      http.addCustomizer(new SecureRequestCustomizer(false));
    }
  }

  /**
   * Listens before anything else is started, so that a failure needs no cleanup.
   *
   * @throws UncheckedIOException if it cannot listen
   */
  ServerConnector listen(Server server, HttpConfiguration http) {
    ConnectionSettings connections = settings.connections();
    PacedConnector connector = new PacedConnector(
        server,
        connections.patience(),
        connections.bytesPerSecond(),
        heads(connections.maxHeaderBytes()),
        protocols(http));
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setAcceptQueueSize(ACCEPT_QUEUE);
    connector.setAcceptedSendBufferSize(SEND_BUFFER);
    connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
    limit = new NetworkConnectionLimit(connections.maxConnections(), connector);
    limit.setEndPointIdleTimeout(IDLE_TIMEOUT_WHEN_FULL.toMillis());
    server.addBean(limit);
    try {
      connector.open();
      opened = connector;
      return connector;
    } catch (IOException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new UncheckedIOException(
          "The service cannot listen on " + settings.host() + ", port " + settings.port() + ": "
              + reason.getMessage() + ". Choose another with --host and --port",
          e);
    }
  }

  /** Returns the memory for incomplete heads, enough for at least a few of maximum size. */
  private static Shares heads(int maxHeaderBytes) {
    long largest = PacedConnector.headMemory(maxHeaderBytes);
    long all = Math.max(Runtime.getRuntime().maxMemory() / HEAD_MEMORY_PART, 8 * largest);
    return new Shares(all, Math.max(all / 4, 2 * largest));
  }

  Optional<Tls> tls() {
    return Optional.ofNullable(tls);
  }

  int connections() {
    return limit == null ? 0 : limit.getNetworkConnectionCount();
  }

  private ConnectionFactory[] protocols(HttpConfiguration http) {
    List<ConnectionFactory> protocols = new ArrayList<>();
    HttpConnectionFactory plain = new RequestHeads(http);
    if (tls != null) {
      protocols.add(new SslConnectionFactory(tls.factory(), plain.getProtocol()));
    }
    protocols.add(plain);
    return protocols.toArray(ConnectionFactory[]::new);
  }

  /**
   * Stops watching the files, and releases the port, which a server that failed to start would
   * keep.
   */
  @Override
  public void close() {
    if (opened != null) {
      opened.close();
    }
    if (tls != null) {
      tls.close();
    }
  }
}
