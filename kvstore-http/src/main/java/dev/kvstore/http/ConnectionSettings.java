package dev.kvstore.http;

import dev.kvstore.http.tls.TlsFiles;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What connections have to put up with.
 *
 * @param tls null where the service speaks plain HTTP
 * @param maxHeaderBytes the most bytes of a request's line and headers
 * @param maxConnections how many there may be at a time; more wait to be accepted
 * @param patience how long a client may keep the service waiting in the midst of a request or an
 *     answer
 * @param bytesPerSecond how fast it has to be where it takes longer than that
 */
public record ConnectionSettings(
    @Nullable TlsFiles tls,
    int maxHeaderBytes,
    int maxConnections,
    Duration patience,
    long bytesPerSecond) {
  /** Plain HTTP, 64 KiB of headers, 10,000 connections, 30 seconds, 1 KiB per second. */
  public static final ConnectionSettings DEFAULT =
      new ConnectionSettings(null, 64 * 1024, 10_000, Duration.ofSeconds(30), 1024);

  /** Returns these settings with TLS of these files. */
  public ConnectionSettings withTls(TlsFiles files) {
    return new ConnectionSettings(files, maxHeaderBytes, maxConnections, patience, bytesPerSecond);
  }
}
