package dev.kvstore.http.server;

import dev.kvstore.http.api.events.EventSettings;
import dev.kvstore.spi.ValueLimits;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * How the service listens and what it takes.
 *
 * @param port 0 picks a free one
 * @param limits how large a value may be
 * @param maxBodyBytes the most bytes of a batch
 * @param maxImportBytes the most bytes of a snapshot that is imported
 * @param stopTimeout how long requests that are being handled may take when the service stops
 * @param databaseKind what the database is, for the health check: {@code sqlite}, {@code mongodb}
 * @param connections what connections have to put up with
 * @param web who is in between, and who else may ask
 * @param events how the streams of events are served
 */
public record ServerSettings(
    String host,
    int port,
    ValueLimits limits,
    int maxBodyBytes,
    long maxImportBytes,
    Duration stopTimeout,
    String databaseKind,
    ConnectionSettings connections,
    WebSettings web,
    EventSettings events) {
  /**
   * Loopback, a free port, values up to 1 MiB, batches up to 16 MiB, imports up to 256 MiB, 10
   * seconds to stop.
   */
  public static final ServerSettings DEFAULT = new ServerSettings(
      "127.0.0.1",
      0,
      ValueLimits.DEFAULT,
      16 * 1024 * 1024,
      256L * 1024 * 1024,
      Duration.ofSeconds(10),
      "unknown",
      ConnectionSettings.DEFAULT,
      WebSettings.DEFAULT,
      EventSettings.DEFAULT);

  /** Throws {@link UncheckedIOException} if there is no such address. */
  public boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new UncheckedIOException("There is no address " + host, e);
    }
  }
}
