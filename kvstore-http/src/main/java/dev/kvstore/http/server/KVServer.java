package dev.kvstore.http.server;

import dev.kvstore.InvalidInputException;
import dev.kvstore.http.api.events.EventStreams;
import dev.kvstore.http.api.history.ChangePolls;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Authenticator;
import dev.kvstore.http.auth.Tokens;
import dev.kvstore.http.limits.Load;
import dev.kvstore.http.metrics.Metrics;
import dev.kvstore.http.net.AllowedHosts;
import dev.kvstore.http.net.Cors;
import dev.kvstore.http.net.PacedHandler;
import dev.kvstore.http.wire.Gzip;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.spi.EntryDatabase;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running service over one database. Thread-safe.
 *
 * <p>{@link #close()} stops accepting requests and returns when running requests have ended or the
 * stop timeout has passed; event streams end at once. It does not close the database.
 */
public final class KVServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KVServer.class);

  /**
   * The number of additional threads for work that does not block: accepting, reading and writing.
   */
  private static final int SPARE_THREADS = 32;

  private static final int MIN_THREADS = 8;
  private static final int THREAD_IDLE_MILLIS = 60_000;

  private final int port;

  /** In the order in which they are run. */
  private final List<Runnable> closers;

  private KVServer(int port, List<Runnable> closers) {
    this.port = port;
    this.closers = closers;
  }

  /**
   * Starts the service and returns when it listens. Everyone on this machine has full access.
   *
   * @param database owned by the caller, who must close it after the service
   * @throws IllegalArgumentException if other machines could reach the address
   * @throws UncheckedIOException if the service cannot listen at the address
   * @throws InvalidInputException if the files for TLS cannot be used
   */
  public static KVServer start(ServerSettings settings, EntryDatabase database) {
    if (!settings.isLoopback()) {
      throw new IllegalArgumentException(
          "Without tokens the service listens on a loopback address only, not on "
              + settings.host());
    }
    Authenticator open = new Authenticator(() -> Tokens.NOT_CONFIGURED, true, Clock.systemUTC());
    return start(settings, database, new AccessControl(open, null, true));
  }

  public static KVServer start(
      ServerSettings settings, EntryDatabase database, AccessControl accessControl) {
    return start(settings, database, accessControl, new Metrics());
  }

  /** Starts a service, which also closes the metrics when it is closed. */
  public static KVServer start(
      ServerSettings settings,
      EntryDatabase database,
      AccessControl accessControl,
      Metrics metrics) {
    EventStreams streams = new EventStreams(settings.events());
    ChangePolls polls =
        new ChangePolls(settings.events().maxStreams(), settings.events().maxPerClient());
    RefusalLog refusals = new RefusalLog(System::nanoTime);
    // Close the streams first: the server waits for running requests, and streams would never end.
    List<Runnable> closers =
        new ArrayList<>(List.of(streams::close, polls::close, metrics::close, refusals::close));
    try {
      Listener listener = Listener.of(settings);
      closers.add(2, listener::close);
      QueuedThreadPool threads = threads();
      Javalin javalin = Javalin.create(config -> {
        configure(config, settings, listener);
        config.jetty.threadPool = threads;
        config.jetty.modifyServer(server ->
            server.setRequestLog(new RequestRecords(metrics, settings.web().accessLog())));
        config.routes.before(dispatcher(
            settings, database, accessControl, metrics, streams, polls, threads, refusals));
      });
      closers.add(2, () -> stop(javalin));
      javalin.start();
      if (database.cacheHealth().isPresent()) {
        metrics.caches(() -> database.cacheHealth().orElseThrow());
      }
      metrics.server(threads, listener::connections);
      metrics.eventStreams(streams::count);
      metrics.stores(database::sizes);
      listener.tls().ifPresent(tls -> metrics.certificate(tls::validUntil));
      return new KVServer(javalin.port(), closers);
    } catch (RuntimeException | Error e) {
      try {
        Closing.all(closers);
      } catch (RuntimeException failure) {
        LOG.debug("A service that did not start did not stop either", failure);
      }
      throw e;
    }
  }

  private static Dispatcher dispatcher(
      ServerSettings settings,
      EntryDatabase database,
      AccessControl accessControl,
      Metrics metrics,
      EventStreams streams,
      ChangePolls polls,
      Executor threads,
      RefusalLog refusals) {
    Load load = Load.of(
        settings.limits().maxBytes(),
        settings.maxBodyBytes(),
        settings.connections().maxRequestsPerClient(),
        threads);
    StoreStack stores = StoreStack.of(database);
    Cors cors = new Cors(settings.web().corsOrigins());
    return new Dispatcher(
        stores,
        accessControl,
        cors,
        new Failures(cors, refusals),
        load,
        new AllowedHosts(settings.web().allowedHosts()),
        Routes.of(settings, accessControl, stores, metrics, streams, polls, load),
        refusals);
  }

  private static QueuedThreadPool threads() {
    QueuedThreadPool threads =
        new QueuedThreadPool(Load.MAX_REQUESTS + SPARE_THREADS, MIN_THREADS, THREAD_IDLE_MILLIS);
    threads.setName("kvstore");
    return threads;
  }

  public int port() {
    return port;
  }

  @Override
  public void close() {
    Closing.all(closers);
  }

  private static void stop(Javalin javalin) {
    try {
      javalin.jettyServer().server().stop();
    } catch (TimeoutException e) {
      LOG.warn("Requests that needed longer than the time to stop were cut off");
    } catch (Exception e) {
      LOG.warn("The service did not stop in good order", e);
    }
  }

  private static void configure(JavalinConfig config, ServerSettings settings, Listener listener) {
    ErrorPages errorPages = new ErrorPages();
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.jetty.modifyServer(server -> {
      server.setStopTimeout(settings.stopTimeout().toMillis());
      server.insertHandler(Gzip.handler());
      server.insertHandler(new GracefulHandler());
      server.insertHandler(new PacedHandler(
          settings.connections().patience(),
          settings.connections().bytesPerSecond(),
          settings.connections().bodyTimeout()));
      server.setErrorHandler(errorPages);
    });
    config.jetty.modifyServletContextHandler(context -> {
      context.setErrorHandler(errorPages);
      context.getServletHandler().setDecodeAmbiguousURIs(true);
    });
    config.jetty.modifyHttpConfiguration(listener::configure);
    config.jetty.addConnector(listener::listen);
  }
}
