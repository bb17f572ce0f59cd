package dev.kvstore.http.command;

import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Authenticator;
import dev.kvstore.http.auth.Tokens;
import dev.kvstore.http.metrics.Metrics;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.spi.EntryDatabase;
import java.time.Clock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** All settings of the service. */
final class ServeOptions {
  @SuppressWarnings("UnusedVariable") // SettingSources reads it through picocli
  @Mixin
  private ConfigFileOption configFile = new ConfigFileOption();

  @Mixin
  private ListenOptions listen = new ListenOptions();

  @Mixin
  private TlsOptions tls = new TlsOptions();

  @Mixin
  private DatabaseOptions database = new DatabaseOptions();

  @Mixin
  private HistoryOptions history = new HistoryOptions();

  @Mixin
  private SeedOptions seeds = new SeedOptions();

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
    database.checkTokensFile(faults);
    history.check(faults);
    limits.check(faults);
    web.check(faults);
    if (faults.messages().isEmpty()) {
      seeds.check(faults, limits.values());
    }
  }

  /** Refuses to start if tokens are required and it is known that there are none. */
  void checkTokens(Faults faults) {
    String demanding = tokensDemandedBy();
    if (demanding != null && database.hasNoTokens()) {
      faults.addSecret(demanding, noTokens(demanding));
    }
  }

  /** Returns the option because of which the service requires tokens, or null. */
  @Nullable
  String tokensDemandedBy() {
    return listen.tokensDemandedBy(web.hasTrustedProxies(), tls.files() != null);
  }

  /** Returns the error if this option requires tokens and there are none. */
  String noTokens(String option) {
    String given = option.equals("--host") ? option + " " + listen.host() : option;
    return given + ": " + ListenOptions.noTokens(option);
  }

  AccessControl accessControl(Supplier<Tokens> tokens) {
    Authenticator authenticator =
        new Authenticator(tokens, tokensDemandedBy() == null, Clock.systemUTC());
    return new AccessControl(authenticator, limits.rate(), web.hasOpenMetrics());
  }

  Backend backend(Metrics metrics) {
    return database.backend(
        metrics.mongodb(), file -> metrics.sqlite(file::statistics), history.settings());
  }

  /** Stores the entries of the seed files whose keys are absent. */
  void seed(EntryDatabase entries) {
    seeds.apply(entries, limits.values());
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
        limits.maxImportBytes(),
        limits.stopTimeout(),
        backend.kind(),
        limits.connections(tls.files()),
        web.settings(log.accessLog()),
        limits.events());
  }
}
