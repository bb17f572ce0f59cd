package dev.kvstore.http.server;

import dev.kvstore.http.api.events.EventSettings;
import dev.kvstore.http.api.events.EventStreams;
import dev.kvstore.http.api.history.ChangePolls;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Authenticator;
import dev.kvstore.http.auth.Tokens;
import dev.kvstore.http.limits.Load;
import dev.kvstore.http.metrics.Metrics;
import dev.kvstore.http.route.Route;
import dev.kvstore.spi.EntryDatabase;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.util.Collection;

/** The routes of the service. */
public final class TestRoutes {
  private TestRoutes() {}

  /** Returns all routes, with handlers that do nothing. */
  public static Collection<Route> all() {
    Authenticator open = new Authenticator(() -> Tokens.NOT_CONFIGURED, true, Clock.systemUTC());
    EntryDatabase none = (EntryDatabase) Proxy.newProxyInstance(
        TestRoutes.class.getClassLoader(),
        new Class<?>[] {EntryDatabase.class},
        (self, method, arguments) -> null);
    try (Metrics metrics = new Metrics();
        EventStreams streams = new EventStreams(EventSettings.DEFAULT)) {
      return Routes.of(
              ServerSettings.DEFAULT,
              new AccessControl(open, null, true),
              none,
              metrics,
              streams,
              new ChangePolls(1, 1),
              Load.of(1, 1, 1, Runnable::run))
          .routes();
    }
  }
}
