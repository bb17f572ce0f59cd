package dev.kvstore.http;

import dev.kvstore.http.metrics.Metrics;
import picocli.CommandLine.Mixin;

/** Every setting of the service. */
final class ServeOptions {
  @SuppressWarnings("UnusedVariable") // Who reads the sources asks picocli for it.
  @Mixin
  private ConfigFileOption configFile = new ConfigFileOption();

  @Mixin
  private ListenOptions listen = new ListenOptions();

  @Mixin
  private TlsOptions tls = new TlsOptions();

  @Mixin
  private DatabaseOptions database = new DatabaseOptions();

  @Mixin
  private LimitOptions limits = new LimitOptions();

  @Mixin
  private WebOptions web = new WebOptions();

  @Mixin
  private LogOptions log = new LogOptions();

  void check(Faults faults) {
    listen.check(faults);
    tls.check(faults);
    database.check(faults);
    limits.check(faults);
    web.check(faults);
  }

  Backend backend(Metrics metrics) {
    return database.backend(metrics.mongodb());
  }

  LogOptions log() {
    return log;
  }

  ServerSettings server(Backend backend) {
    return new ServerSettings(
        listen.host(),
        listen.port(),
        limits.values(),
        limits.maxBodyBytes(),
        limits.stopTimeout(),
        backend.kind(),
        limits.connections(tls.files()),
        web.settings(log.accessLog()));
  }
}
