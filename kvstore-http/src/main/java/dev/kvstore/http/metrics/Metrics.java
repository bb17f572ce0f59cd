package dev.kvstore.http.metrics;

import dev.kvstore.CacheHealth;
import dev.kvstore.http.metrics.mongo.MongoMeters;
import dev.kvstore.internal.sqlite.SqliteStatistics;
import dev.kvstore.spi.StoreSize;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jetty.JettyServerThreadPoolMetrics;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of the service. Their labels are bounded: keys, addresses and other input of clients
 * are never labels, and only the first {@value StoreMeters#MOST_STORES} stores by name are.
 * Thread-safe.
 */
public final class Metrics implements AutoCloseable {
  public static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** The bounds of histograms, from which percentiles over all nodes can be derived. */
  private static final double[] LATENCIES = IntStream.of(
          1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
      .mapToDouble(millis -> millis * 1e6)
      .toArray();

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();

  /**
   * The metrics of the JVM and the process, whose many classes are loaded in the background during
   * startup.
   */
  private final CompletableFuture<Void> process;

  private volatile @Nullable StoreMeters stores;

  /** Creates metrics of the JVM and the process. */
  public Metrics() {
    registry.config().meterFilter(histograms());
    String version = Metrics.class.getPackage().getImplementationVersion();
    Gauge.builder("kvstore.build.info", () -> 1)
        .description("Always 1; the labels say what runs")
        .tag("version", version == null ? "unknown" : version)
        .tag("java", Runtime.version().toString())
        .register(registry);
    process = CompletableFuture.runAsync(this::measureProcess);
  }

  private static MeterFilter histograms() {
    DistributionStatisticConfig buckets =
        DistributionStatisticConfig.builder().serviceLevelObjectives(LATENCIES).build();
    return new MeterFilter() {
      @Override
      public DistributionStatisticConfig configure(
          Meter.Id id, DistributionStatisticConfig config) {
        boolean own = id.getName().startsWith("kvstore.") || id.getName().startsWith("mongodb.");
        return own && id.getType() == Meter.Type.TIMER ? buckets.merge(config) : config;
      }
    };
  }

  private void measureProcess() {
    collections.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** Returns the metrics of a MongoDB client: the times of commands and connections. */
  public MongoMeters mongodb() {
    return new MongoMeters(registry);
  }

  /** Adds metrics of the threads that handle requests, and of connections. */
  public void server(ThreadPool threads, Supplier<Number> connections) {
    new JettyServerThreadPoolMetrics(threads, List.of()).bindTo(registry);
    Gauge.builder("kvstore.http.connections", connections)
        .description("Connections that are open")
        .register(registry);
  }

  public void eventStreams(Supplier<Number> open) {
    Gauge.builder("kvstore.http.event.streams", open)
        .description("Streams of events that are open")
        .register(registry);
  }

  /** Adds metrics of the combined near-caches. */
  public void caches(Supplier<CacheHealth> caches) {
    new SourceMeters<>(registry, "kvstore.cache.", caches)
        .counter("hits", "Reads that were answered from memory", CacheHealth::hits)
        .counter("misses", "Reads that were not", CacheHealth::misses)
        .counter("loads", "Times that the database was asked", CacheHealth::loads)
        .counter(
            "invalidations",
            "Entries that were removed because of a change elsewhere",
            CacheHealth::invalidations)
        .counter(
            "bypasses", "Misses that asked the database whatever was held", CacheHealth::bypasses)
        .counter(
            "stale.reads",
            "Reads that were answered with what may be stale",
            CacheHealth::staleReads)
        .gauge("entries", "Keys that are held", CacheHealth::entries)
        .gauge("bytes", "Bytes that are held", CacheHealth::weight)
        .gauge(
            "coherent",
            "1 where all caches serve what they hold, else 0",
            cache -> cache.coherent() ? 1 : 0)
        .gauge(
            "event.lag.seconds",
            "How old the last proof is that the caches are up to date, of the worst",
            cache -> cache.lag().toMillis() / 1e3)
        .gauge(
            "event.stream.age.seconds",
            "How long no cache has begun or ceased to serve",
            Metrics::age);
  }

  private static double age(CacheHealth cache) {
    boolean never = cache.since().equals(Instant.EPOCH);
    return never ? 0 : (System.currentTimeMillis() - cache.since().toEpochMilli()) / 1e3;
  }

  public void sqlite(Supplier<SqliteStatistics> statistics) {
    new SourceMeters<>(registry, "kvstore.sqlite.", statistics)
        .counter(
            "transactions", "Transactions that changed something", SqliteStatistics::transactions)
        .counter(
            "checkpoints",
            "Times that the log was moved into the file",
            SqliteStatistics::checkpoints)
        .gauge("queued.writes", "Writes that wait", SqliteStatistics::queuedWrites)
        .gauge("file.bytes", "Size of the database file", SqliteStatistics::fileBytes)
        .gauge("log.bytes", "Size of its log", SqliteStatistics::logBytes);
  }

  /**
   * Adds metrics of the sizes of stores; the argument of the function is the maximum number of
   * stores.
   */
  public void stores(IntFunction<List<StoreSize>> sizes) {
    stores = new StoreMeters(registry, sizes, System::nanoTime);
  }

  public void certificate(Supplier<Instant> validUntil) {
    TimeGauge.builder(
            "kvstore.tls.certificate.expiry.timestamp",
            () -> validUntil.get().toEpochMilli(),
            TimeUnit.MILLISECONDS)
        .description("When the TLS certificate expires, in seconds since 1970")
        .register(registry);
  }

  /**
   * Adds metrics of the tokens.
   *
   * @param expiries returns the expiry times of unexpired tokens; the far future for one without an
   *     expiry
   */
  public void tokens(Supplier<List<Instant>> expiries) {
    Gauge.builder("kvstore.tokens", () -> expiries.get().size())
        .description("Tokens that are valid")
        .register(registry);
    TimeGauge.builder(
            "kvstore.tokens.next.expiry.timestamp",
            () -> nextExpiry(expiries.get()),
            TimeUnit.MILLISECONDS)
        .description("When the next token expires, in seconds since 1970; +Inf for never")
        .register(registry);
  }

  private static double nextExpiry(List<Instant> expiries) {
    Instant next = expiries.stream().min(Comparator.naturalOrder()).orElse(Instant.MAX);
    return next.equals(Instant.MAX) ? Double.POSITIVE_INFINITY : next.toEpochMilli();
  }

  /** Counts a request. The route is the pattern of the path, not the path itself. */
  public void addRequest(String route, String method, int status, Duration duration) {
    Timer.builder("kvstore.http.requests")
        .description("How long requests took to be answered")
        .tag("route", route)
        .tag("method", METHODS.contains(method) ? method : "other")
        .tag("status", Integer.toString(status))
        .register(registry)
        .record(duration);
  }

  /** Writes all metrics in Prometheus' text format. */
  public void writeTo(OutputStream out) throws IOException {
    process.join();
    StoreMeters sizes = stores;
    if (sizes != null) {
      sizes.refresh();
    }
    registry.scrape(out, MEDIA_TYPE);
  }

  @Override
  public void close() {
    process.join();
    collections.close();
    registry.close();
  }
}
