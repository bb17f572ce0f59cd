package dev.kvstore.http.command;

import dev.kvstore.ByteSize;
import dev.kvstore.http.api.events.EventSettings;
import dev.kvstore.http.auth.RateLimiter;
import dev.kvstore.http.limits.Load;
import dev.kvstore.http.limits.Shares;
import dev.kvstore.http.server.ConnectionSettings;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.http.tls.TlsFiles;
import dev.kvstore.spi.ValueLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the limits of the service. */
final class LimitOptions {
  private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

  @Option(
      names = "--max-value-bytes",
      paramLabel = "SIZE",
      description = "The maximum size of a value, such as 512kB or 2MiB (${DEFAULT-VALUE}).")
  private ByteSize maxValueBytes = new ByteSize(ValueLimits.DEFAULT.maxBytes());

  @Option(
      names = "--max-body-bytes",
      paramLabel = "SIZE",
      description = "The maximum size of a batch of values (${DEFAULT-VALUE}).")
  private ByteSize maxBodyBytes = new ByteSize(ServerSettings.DEFAULT.maxBodyBytes());

  @Option(
      names = "--max-import-bytes",
      paramLabel = "SIZE",
      description = "The maximum size of a snapshot that is imported (${DEFAULT-VALUE}). It is kept"
          + " in a temporary file meanwhile.")
  private ByteSize maxImportBytes = new ByteSize(ServerSettings.DEFAULT.maxImportBytes());

  @Option(
      names = "--max-header-bytes",
      paramLabel = "SIZE",
      description =
          "The maximum size of a request's headers, including its first line (${DEFAULT-VALUE});"
              + " a single header has at most 8 KiB.")
  private ByteSize maxHeaderBytes = new ByteSize(ConnectionSettings.DEFAULT.maxHeaderBytes());

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description = "The maximum number of connections (${DEFAULT-VALUE}); more have to wait.")
  private int maxConnections = ConnectionSettings.DEFAULT.maxConnections();

  @Option(
      names = "--max-event-streams",
      paramLabel = "N",
      description = "The maximum number of open event streams (${DEFAULT-VALUE}).")
  private int maxEventStreams = EventSettings.DEFAULT.maxStreams();

  @Option(
      names = "--max-event-streams-per-client",
      paramLabel = "N",
      description = "The maximum number of open event streams of one token, or of one address"
          + " without one (a quarter of all).")
  private @Nullable Integer maxEventStreamsPerClient;

  @Option(
      names = "--max-requests-per-client",
      paramLabel = "N",
      description = "The maximum number of concurrent requests of one token, or of one address"
          + " without one (${DEFAULT-VALUE}, a quarter of all); more wait a second, then get 429.")
  private int maxRequestsPerClient = ConnectionSettings.DEFAULT.maxRequestsPerClient();

  @Option(
      names = "--body-timeout",
      paramLabel = "DURATION",
      description = "The time limit of a request body (${DEFAULT-VALUE}), plus a second for each"
          + " 16 KiB received.")
  private Duration bodyTimeout = ConnectionSettings.DEFAULT.bodyTimeout();

  @Option(
      names = "--client-timeout",
      paramLabel = "DURATION",
      description = "The time limit for a client that stalls within a request or response"
          + " (${DEFAULT-VALUE}), that is, transfers less than 1 KiB per second.")
  private Duration clientTimeout = ConnectionSettings.DEFAULT.patience();

  @Option(
      names = "--stop-timeout",
      paramLabel = "DURATION",
      description = "How long running requests may take when the service stops (${DEFAULT-VALUE}).")
  private Duration stopTimeout = ServerSettings.DEFAULT.stopTimeout();

  @Option(
      names = "--max-requests-per-second",
      paramLabel = "N",
      description = "The maximum rate of requests of one token, or of one address without one"
          + " (${DEFAULT-VALUE}); 0 for no limit.")
  private int maxRequestsPerSecond;

  void check(Faults faults) {
    faults.checkRange("--max-requests-per-second", maxRequestsPerSecond, 0, 1_000_000);
    faults.checkRange("--max-value-bytes", maxValueBytes, "1B", "15MiB");
    faults.checkRange("--max-body-bytes", maxBodyBytes, "1B", "1GiB");
    faults.checkRange("--max-import-bytes", maxImportBytes, "1B", "1024GiB");
    faults.checkRange("--max-header-bytes", maxHeaderBytes, "1KiB", "1MiB");
    faults.checkRange("--max-connections", maxConnections, 1, 1_000_000);
    faults.checkRange("--max-event-streams", maxEventStreams, 1, 1_000_000);
    if (maxEventStreamsPerClient != null) {
      faults.checkRange("--max-event-streams-per-client", maxEventStreamsPerClient, 1, 1_000_000);
    }
    faults.checkRange("--max-requests-per-client", maxRequestsPerClient, 1, Load.MAX_REQUESTS);
    faults.checkRange("--body-timeout", bodyTimeout, Duration.ofMillis(100), LONGEST_TIMEOUT);
    faults.checkRange("--client-timeout", clientTimeout, Duration.ofMillis(100), LONGEST_TIMEOUT);
    faults.checkRange("--stop-timeout", stopTimeout, Duration.ofMillis(1), LONGEST_TIMEOUT);
  }

  EventSettings events() {
    EventSettings usual = EventSettings.DEFAULT;
    int perClient = maxEventStreamsPerClient == null
        ? Shares.quarter(maxEventStreams)
        : maxEventStreamsPerClient;
    return new EventSettings(
        maxEventStreams, usual.maxWaiting(), usual.heartbeat(), usual.openingTimeout(), perClient);
  }

  ValueLimits values() {
    return new ValueLimits(Math.toIntExact(maxValueBytes.bytes()), ValueLimits.DEFAULT.maxDepth());
  }

  /** Returns the rate limiter; null if there is no rate limit. */
  @Nullable
  RateLimiter rate() {
    return maxRequestsPerSecond == 0
        ? null
        : new RateLimiter(maxRequestsPerSecond, System::nanoTime);
  }

  int maxBodyBytes() {
    return Math.toIntExact(maxBodyBytes.bytes());
  }

  long maxImportBytes() {
    return maxImportBytes.bytes();
  }

  Duration stopTimeout() {
    return stopTimeout;
  }

  ConnectionSettings connections(@Nullable TlsFiles tls) {
    return new ConnectionSettings(
        tls,
        Math.toIntExact(maxHeaderBytes.bytes()),
        maxConnections,
        clientTimeout,
        ConnectionSettings.DEFAULT.bytesPerSecond(),
        bodyTimeout,
        maxRequestsPerClient);
  }
}
