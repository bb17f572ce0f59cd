package dev.kvstore.http;

import dev.kvstore.http.metrics.Metrics;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.EntryDatabase;
import java.util.EnumMap;
import java.util.Map;

/** Which handler answers for which resource. */
final class Handlers {
  private Handlers() {}

  /** @param streams will hold the streams of events */
  static Map<Resource, ResourceHandler> of(
      ServerSettings settings,
      Gate gate,
      EntryDatabase database,
      Metrics metrics,
      EventStreams streams,
      Load load) {
    JsonTranscoder transcoder = new JsonTranscoder(settings.limits());
    Bodies bodies = new Bodies(transcoder, settings.limits(), settings.maxBodyBytes());
    Answers answers = new Answers(transcoder, load);
    RepeatedWrites writes = new RepeatedWrites();
    PatchHandler patches = new PatchHandler(bodies, answers, settings.limits(), writes);
    EventFrames frames = new EventFrames(transcoder, streams.readers());
    HealthHandler health =
        new HealthHandler(new Readiness(database), gate, settings.databaseKind());
    Map<Resource, ResourceHandler> handlers = new EnumMap<>(Resource.class);
    handlers.put(Resource.KEY, new KeyHandler(bodies, answers, patches, writes));
    handlers.put(Resource.DEFAULT, new DefaultHandler(bodies, answers, writes));
    handlers.put(Resource.COUNTER, new CounterHandler(bodies, answers, writes));
    handlers.put(Resource.VALUES, new ValuesHandler(bodies, answers, writes));
    handlers.put(Resource.KEYS, new ListingHandler(answers));
    handlers.put(Resource.EVENTS, new EventsHandler(database, streams, frames));
    handlers.put(Resource.STORES, new StoresHandler(database, answers));
    handlers.put(
        Resource.STORE,
        new StoreHandler(
            new DropHandler(database), answers, settings.limits(), settings.maxBodyBytes()));
    handlers.put(Resource.LIVE, health);
    handlers.put(Resource.READY, health);
    handlers.put(Resource.METRICS, new MetricsHandler(metrics));
    handlers.put(Resource.PAGE, new PageHandler());
    return handlers;
  }
}
