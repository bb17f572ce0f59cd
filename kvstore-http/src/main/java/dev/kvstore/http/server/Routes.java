package dev.kvstore.http.server;

import dev.kvstore.http.api.IdempotencyCache;
import dev.kvstore.http.api.entries.CounterHandler;
import dev.kvstore.http.api.entries.DefaultHandler;
import dev.kvstore.http.api.entries.KeyHandler;
import dev.kvstore.http.api.events.EventFrames;
import dev.kvstore.http.api.events.EventStreams;
import dev.kvstore.http.api.events.EventsHandler;
import dev.kvstore.http.api.history.ChangePolls;
import dev.kvstore.http.api.history.ChangesHandler;
import dev.kvstore.http.api.history.HistoryHandler;
import dev.kvstore.http.api.history.KeyHistoryHandler;
import dev.kvstore.http.api.history.KeyRollbackHandler;
import dev.kvstore.http.api.history.LabelHandler;
import dev.kvstore.http.api.history.RollbackHandler;
import dev.kvstore.http.api.history.SettingsHandler;
import dev.kvstore.http.api.monitoring.HealthHandler;
import dev.kvstore.http.api.monitoring.MetricsHandler;
import dev.kvstore.http.api.pages.Page;
import dev.kvstore.http.api.pages.PageHandler;
import dev.kvstore.http.api.snapshots.SnapshotHandler;
import dev.kvstore.http.api.stores.StoreHandler;
import dev.kvstore.http.api.stores.StoresHandler;
import dev.kvstore.http.api.values.CopiesHandler;
import dev.kvstore.http.api.values.DeletionsHandler;
import dev.kvstore.http.api.values.DifferencesHandler;
import dev.kvstore.http.api.values.ListingHandler;
import dev.kvstore.http.api.values.ValuesHandler;
import dev.kvstore.http.auth.Access;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.limits.Load;
import dev.kvstore.http.metrics.Metrics;
import dev.kvstore.http.route.RouteTable;
import dev.kvstore.http.wire.RequestBodies;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.EntryDatabase;

/** The resources of the service and their handlers. */
final class Routes {
  private Routes() {}

  /**
   * @param streams the open event streams
   * @param polls the waiting long polls
   */
  static RouteTable of(
      ServerSettings settings,
      AccessControl accessControl,
      EntryDatabase database,
      Metrics metrics,
      EventStreams streams,
      ChangePolls polls,
      Load load) {
    JsonTranscoder transcoder = new JsonTranscoder(settings.limits());
    RequestBodies bodies =
        new RequestBodies(transcoder, settings.limits(), settings.maxBodyBytes());
    ResponseWriter responses = new ResponseWriter(transcoder, load);
    IdempotencyCache writes = new IdempotencyCache();
    EventFrames frames = new EventFrames(transcoder, streams.readers());
    int value = bodies.maxValueBytes();
    int batch = settings.maxBodyBytes();
    RequestBodies requests = bodies.withoutValueLimits();
    int small = RequestBodies.MAX_REQUEST_BYTES;
    int counter = RequestBodies.MAX_COUNTER_BYTES;
    RouteTable table = new RouteTable();
    table.addData(
        "GET, PUT, PATCH, DELETE",
        "keys/{key}",
        value,
        new KeyHandler(bodies, responses, settings.limits(), writes));
    table.addData("PUT", "defaults/{key}", value, new DefaultHandler(bodies, responses, writes));
    table.addData("POST", "counters/{key}", counter, new CounterHandler(bodies, responses, writes));
    table.addData("GET, PUT", "values", batch, new ValuesHandler(bodies, responses, writes));
    table.addData("POST", "deletions", batch, new DeletionsHandler(requests, responses, writes));
    table.addData(
        "POST", "copies", batch, new CopiesHandler(database, requests, responses, writes));
    table.addData("GET", "differences", 0, new DifferencesHandler(database, responses));
    table.addData("GET", "history/{key}", 0, new KeyHistoryHandler(responses));
    table.addData("GET", "history", 0, new HistoryHandler(responses));
    table.addData("GET", "changes", 0, new ChangesHandler(polls, responses));
    table.addData(
        "POST", "rollbacks/{key}", small, new KeyRollbackHandler(requests, responses, writes));
    table.addData("POST", "rollbacks", small, new RollbackHandler(requests, responses, writes));
    table.addData(
        "GET, PUT, DELETE", "labels/{name}", small, new LabelHandler(requests, responses));
    table.addData("GET", "labels", 0, new LabelHandler.All(responses));
    table.add(
        "GET, PUT",
        "/v1/stores/{store}/settings",
        Access.SETTINGS,
        small,
        new SettingsHandler(requests, responses));
    table.addData("GET", "keys", 0, new ListingHandler(responses));
    table.addData(
        "GET, PUT",
        "snapshot",
        settings.maxImportBytes(),
        SnapshotHandler.of(settings.limits(), settings.maxImportBytes(), responses, writes));
    table.addData("GET", "events", 0, new EventsHandler(database, streams, frames));
    table.add("GET", "/v1/stores", Access.DATA, 0, new StoresHandler(database, responses));
    table.add(
        "GET, DELETE",
        "/v1/stores/{store}",
        Access.STORE,
        value,
        new StoreHandler(database, responses, settings.limits(), batch, settings.maxImportBytes()));
    table.add("GET", "/health/live", Access.PROBE, 0, new HealthHandler.Live());
    table.add(
        "GET",
        "/health/ready",
        Access.PROBE,
        0,
        new HealthHandler(new Readiness(database)::check, accessControl, settings.databaseKind()));
    table.add("GET", "/metrics", Access.MONITORING, 0, new MetricsHandler(metrics));
    for (Page page : Page.values()) {
      table.add("GET", page.path(), Access.PAGE, 0, new PageHandler(page));
    }
    return table;
  }
}
