package dev.kvstore.http.server;

import dev.kvstore.http.limits.Load;
import dev.kvstore.http.limits.Shares;
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
 * @param bodyTimeout how long a body may take in all, beside the time that 16 KiB per second allow
 * @param maxRequestsPerClient how many requests of one token or address are executed at a time
 */
public record ConnectionSettings(
    @Nullable TlsFiles tls,
    int maxHeaderBytes,
    int maxConnections,
    Duration patience,
    long bytesPerSecond,
    Duration bodyTimeout,
    int maxRequestsPerClient) {
  /**
   * Plain HTTP, 64 KiB of headers, 10,000 connections, 30 seconds, 1 KiB per second; a minute for a
   * body, and a quarter of all requests for each client.
   */
  public static final ConnectionSettings DEFAULT = new ConnectionSettings(
      null,
      64 * 1024,
      10_000,
      Duration.ofSeconds(30),
      1024,
      Duration.ofSeconds(60),
      Shares.quarter(Load.MAX_REQUESTS));
}
