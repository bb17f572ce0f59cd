package dev.kvstore.client.internal.request;

import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP client that all stores of a database share, and the clock of their service. */
final class ServiceClient implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServiceClient.class);

  private final RequestSettings settings;
  private final ServiceClock clock = new ServiceClock(InstantSource.system());
  private volatile @Nullable HttpClient client;

  ServiceClient(RequestSettings settings) {
    this.settings = settings;
    this.client = settings.client() == null ? made(settings) : settings.client();
  }

  private static HttpClient made(RequestSettings settings) {
    Duration connectTimeout = settings.connectTimeout().compareTo(settings.requestTimeout()) < 0
        ? settings.connectTimeout()
        : settings.requestTimeout();
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(connectTimeout);
    settings.tls().context().ifPresent(builder::sslContext);
    if (settings.proxy() != null) {
      builder.proxy(settings.proxy());
    }
    return builder.build();
  }

  /** Returns the client; null after it was closed. */
  @Nullable
  HttpClient client() {
    return client;
  }

  RequestSettings settings() {
    return settings;
  }

  ServiceClock clock() {
    return clock;
  }

  /**
   * Releases the client without waiting, and closes it unless it is the application's. Since JDK 21
   * that closes its connections after running calls; before, its connections and threads end when
   * the client is garbage collected. All its threads are daemons.
   */
  @Override
  public void close() {
    HttpClient closing = client;
    client = null;
    if (settings.client() == null && closing instanceof AutoCloseable closeable) {
      // Occasionally the JDK's client waits forever here for a thread of its own that is never
      // woken (seen after TLS connections), until it is interrupted.
      Thread closer = new Thread(() -> close(closeable), "kvstore-http-close");
      closer.setDaemon(true);
      closer.start();
      CompletableFuture.delayedExecutor(settings.requestTimeout().toNanos(), TimeUnit.NANOSECONDS)
          .execute(closer::interrupt);
    }
  }

  private static void close(AutoCloseable client) {
    try {
      client.close();
    } catch (Exception | Error e) {
      log.warn("The HTTP client could not be closed", e);
    }
  }
}
