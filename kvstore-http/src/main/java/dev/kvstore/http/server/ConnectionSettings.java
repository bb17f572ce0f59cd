package dev.kvstore.http.server;

import dev.kvstore.http.limits.Load;
import dev.kvstore.http.limits.Shares;
import dev.kvstore.http.tls.TlsFiles;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of connections.
 *
 * @param tls null for plain HTTP
 * @param maxHeaderBytes the maximum size of a request's line and headers in bytes
 * @param maxConnections the maximum number of open connections; more wait to be accepted
 * @param patience how long a client may keep the service waiting during a request or a response
 * @param bytesPerSecond the minimum rate of a client that takes longer
 * @param bodyTimeout how long a body may take in total, in addition to its time at 16 KiB per
 *     second
 * @param maxRequestsPerClient the maximum number of concurrent requests of one token or address
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
   * Plain HTTP, 64 KiB of headers, 10,000 connections, a patience of 30 seconds, 1 KiB per second,
   * a minute for a body, and a quarter of all requests per client.
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
