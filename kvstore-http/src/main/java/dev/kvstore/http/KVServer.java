package dev.kvstore.http;

import dev.kvstore.spi.EntryDatabase;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service over one database, listening. Thread-safe.
 *
 * <p>{@link #close()} stops accepting requests and returns when those being handled are answered,
 * or the time for it has run out; streams of events end at once. It does not close the database.
 */
public final class KVServer implements AutoCloseable {
  /** Room for a batch of keys in the query, or a few long ones. */
  private static final int MAX_REQUEST_HEADER_BYTES = 64 * 1024;

  /** Longer than clients keep a connection that they do not use: the JDK's does for 30 seconds. */
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(75);

  private static final Logger LOG = LoggerFactory.getLogger(KVServer.class);

  private final Server server;
  private final int port;
  private final EventStreams streams;

  private KVServer(Server server, int port, EventStreams streams) {
    this.server = server;
    this.port = port;
    this.streams = streams;
  }

  /**
   * Returns the service once it listens.
   *
   * @param database stays the caller's, who closes it after the service
   * @throws UncheckedIOException if the service cannot listen there
   */
  public static KVServer start(ServerSettings settings, EntryDatabase database) {
    EventStreams streams = new EventStreams(settings.events());
    Api api = new Api(Handlers.of(settings, database, streams));
    Javalin javalin = Javalin.create(config -> configure(config, settings, api));
    boolean started = false;
    try {
      javalin.start();
      started = true;
    } finally {
      if (!started) {
        streams.close();
      }
    }
    return new KVServer(javalin.jettyServer().server(), javalin.port(), streams);
  }

  /** Returns the port that the service listens on. */
  public int port() {
    return port;
  }

  @Override
  public void close() {
    // They would go on for ever, and the server waits for everything that is being answered.
    streams.close();
    try {
      server.stop();
    } catch (TimeoutException e) {
      LOG.warn("Requests that needed longer than the time to stop were cut off");
    } catch (Exception e) {
      LOG.warn("The service did not stop in good order", e);
    }
  }

  private static void configure(JavalinConfig config, ServerSettings settings, Api api) {
    ErrorPages errorPages = new ErrorPages();
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.jetty.modifyServer(server -> {
      server.setStopTimeout(settings.stopTimeout().toMillis());
      server.insertHandler(new GracefulHandler());
      server.setErrorHandler(errorPages);
    });
    config.jetty.modifyServletContextHandler(context -> {
      context.setErrorHandler(errorPages);
      context.getServletHandler().setDecodeAmbiguousURIs(true);
    });
    config.jetty.modifyHttpConfiguration(KVServer::configureHttp);
    config.jetty.addConnector((server, http) -> listen(server, http, settings));
    config.routes.before(api);
  }

  private static void configureHttp(HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(MAX_REQUEST_HEADER_BYTES);
    // Keys may hold anything, and Target reads the path itself. A fragment is cut off before that:
    // what follows a '#' that was not encoded would be lost.
    http.setUriCompliance(UriCompliance.UNSAFE.without(
        "kvstore", UriCompliance.Violation.FRAGMENT, UriCompliance.Violation.USER_INFO));
  }

  /** Listens before anything else is started, so that nothing has to be stopped where it cannot. */
  private static ServerConnector listen(
      Server server, HttpConfiguration http, ServerSettings settings) {
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
    try {
      connector.open();
      return connector;
    } catch (IOException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new UncheckedIOException(
          "The service cannot listen on " + settings.host() + ", port " + settings.port() + ": "
              + reason.getMessage() + ". Choose another with --host and --port",
          e);
    }
  }
}
