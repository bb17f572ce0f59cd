package dev.kvstore.http.server;

import dev.kvstore.http.api.events.EventSettings;
import dev.kvstore.spi.ValueLimits;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * The settings of the service.
 *
 * @param port the port; 0 for a free one
 * @param limits the limits of values
 * @param maxBodyBytes the maximum size of a batch in bytes
 * @param maxImportBytes the maximum size of an imported snapshot in bytes
 * @param stopTimeout how long running requests may take when the service stops
 * @param databaseKind the kind of the database, for the health check: {@code sqlite} or
 *     {@code mongodb}
 * @param connections the settings of connections
 * @param web the settings for proxies and web pages
 * @param events the settings of event streams
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
   * The loopback address, a free port, values up to 1 MiB, batches up to 16 MiB, imports up to 256
   * MiB, and 10 seconds to stop.
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

  /**
   * Returns true if the address is a loopback address; throws {@link UncheckedIOException} if there
   * is no such address.
   */
  public boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new UncheckedIOException("There is no address " + host, e);
    }
  }
}
