package dev.kvstore.http;

import dev.kvstore.http.auth.Authenticator;
import dev.kvstore.http.auth.Tokens;
import dev.kvstore.http.metrics.Metrics;
import java.time.Clock;
import java.util.function.Supplier;
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
    listen.check(faults, database.hasNoTokens());
    tls.check(faults);
    database.check(faults);
    database.checkTokensFile(faults);
    limits.check(faults);
    web.check(faults);
  }

  /** Tells whether the service needs tokens to run. */
  boolean needsTokens() {
    return listen.isExposed();
  }

  Gate gate(Supplier<Tokens> tokens) {
    Authenticator authenticator = new Authenticator(tokens, !listen.isExposed(), Clock.systemUTC());
    return new Gate(authenticator, limits.rate(), web.hasOpenMetrics());
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
        web.settings(log.accessLog()),
        limits.events());
  }
}
