package dev.kvstore.http;

import dev.kvstore.http.auth.Authenticator;
import dev.kvstore.http.auth.Tokens;
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

  void check(Faults faults) {
    listen.check(faults);
    tls.check(faults);
    database.check(faults);
    database.checkTokensFile(faults);
    limits.check(faults);
    if (!listen.isOpen() && database.hasNoTokens()) {
      faults.add("--host", listen.host(), ListenOptions.NEEDS_TOKENS);
    }
  }

  /** Tells whether the service may run without tokens. */
  boolean isOpen() {
    return listen.isOpen();
  }

  Gate gate(Supplier<Tokens> tokens) {
    Authenticator authenticator = new Authenticator(tokens, listen.isOpen(), Clock.systemUTC());
    return new Gate(authenticator, limits.rate(), false);
  }

  Backend backend() {
    return database.backend();
  }

  ServerSettings server(Backend backend) {
    return new ServerSettings(
        listen.host(),
        listen.port(),
        limits.values(),
        limits.maxBodyBytes(),
        limits.stopTimeout(),
        backend.kind(),
        limits.connections(tls.files()));
  }
}
