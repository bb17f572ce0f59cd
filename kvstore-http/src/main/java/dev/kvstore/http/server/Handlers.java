package dev.kvstore.http.server;

import dev.kvstore.http.api.IdempotencyCache;
import dev.kvstore.http.api.entries.CounterHandler;
import dev.kvstore.http.api.entries.DefaultHandler;
import dev.kvstore.http.api.entries.KeyHandler;
import dev.kvstore.http.api.entries.PatchHandler;
import dev.kvstore.http.api.events.EventFrames;
import dev.kvstore.http.api.events.EventStreams;
import dev.kvstore.http.api.events.EventsHandler;
import dev.kvstore.http.api.monitoring.HealthHandler;
import dev.kvstore.http.api.monitoring.MetricsHandler;
import dev.kvstore.http.api.pages.PageHandler;
import dev.kvstore.http.api.stores.DropHandler;
import dev.kvstore.http.api.stores.StoreHandler;
import dev.kvstore.http.api.stores.StoresHandler;
import dev.kvstore.http.api.values.DeletionsHandler;
import dev.kvstore.http.api.values.ListingHandler;
import dev.kvstore.http.api.values.ValuesHandler;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.limits.Load;
import dev.kvstore.http.metrics.Metrics;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.route.Route;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.EntryDatabase;
import java.util.EnumMap;
import java.util.Map;

/** Which handler answers for which resource. */
final class Handlers {
  private Handlers() {}

  /** @param streams will hold the streams of events */
  static Map<Route, ResourceHandler> of(
      ServerSettings settings,
      AccessControl accessControl,
      EntryDatabase database,
      Metrics metrics,
      EventStreams streams,
      Load load,
      RequestBodies bodies) {
    JsonTranscoder transcoder = new JsonTranscoder(settings.limits());
    ResponseWriter responses = new ResponseWriter(transcoder, load);
    IdempotencyCache writes = new IdempotencyCache();
    PatchHandler patches = new PatchHandler(bodies, responses, settings.limits(), writes);
    EventFrames frames = new EventFrames(transcoder, streams.readers());
    HealthHandler health =
        new HealthHandler(new Readiness(database)::check, accessControl, settings.databaseKind());
    Map<Route, ResourceHandler> handlers = new EnumMap<>(Route.class);
    handlers.put(Route.KEY, new KeyHandler(bodies, responses, patches, writes));
    handlers.put(Route.DEFAULT, new DefaultHandler(bodies, responses, writes));
    handlers.put(Route.COUNTER, new CounterHandler(bodies, responses, writes));
    handlers.put(Route.VALUES, new ValuesHandler(bodies, responses, writes));
    handlers.put(
        Route.DELETIONS, new DeletionsHandler(bodies.withoutValueLimits(), responses, writes));
    handlers.put(Route.KEYS, new ListingHandler(responses));
    handlers.put(Route.EVENTS, new EventsHandler(database, streams, frames));
    handlers.put(Route.STORES, new StoresHandler(database, responses));
    handlers.put(
        Route.STORE,
        new StoreHandler(
            new DropHandler(database), responses, settings.limits(), settings.maxBodyBytes()));
    handlers.put(Route.LIVE, health);
    handlers.put(Route.READY, health);
    handlers.put(Route.METRICS, new MetricsHandler(metrics));
    handlers.put(Route.PAGE, new PageHandler());
    return handlers;
  }
}
