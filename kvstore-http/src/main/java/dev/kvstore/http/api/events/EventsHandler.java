package dev.kvstore.http.api.events;

import dev.kvstore.Durations;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.SyncToken;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.route.ResourceHandler;
import dev.kvstore.http.wire.Format;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /v1/stores/{store}/events}: the stream of a store's changes. */
public record EventsHandler(EntryDatabase database, EventStreams streams, EventFrames frames)
    implements ResourceHandler {
  static final String MEDIA_TYPE = "text/event-stream";

  private static final String LAST_EVENT_ID = "Last-Event-ID";

  @Override
  public void handle(RequestContext context) throws IOException {
    Parameters parameters = context.parameters("prefix", "key", "values", "heartbeat");
    parameters.excludes("key", "prefix");
    boolean values = parameters.flag("values");
    EventFilter filter = filter(context, parameters);
    Duration heartbeat = heartbeat(parameters);
    SyncToken from = lastEventId(context.request().getHeader(LAST_EVENT_ID));
    if (!Format.accepts(context.request(), MEDIA_TYPE)) {
      throw new ProblemException(ErrorKind.NOT_ACCEPTABLE, "Events are " + MEDIA_TYPE);
    }
    context.tellPosition();
    if (context.isHead()) {
      EventStream.setHeaders(context.response());
      // Send now, because the server would otherwise set a Content-Length.
      context.response().flushBuffer();
      return;
    }
    EntryStore store = database.store(context.store());
    new EventStream(context, store, streams, frames, filter, values, from != null)
        .open(from, heartbeat);
  }

  private Duration heartbeat(Parameters parameters) {
    Duration heartbeat = parameters.duration("heartbeat");
    if (heartbeat == null) {
      return streams.settings().heartbeat();
    }
    if (heartbeat.compareTo(EventSettings.SHORTEST_HEARTBEAT) < 0
        || heartbeat.compareTo(EventSettings.LONGEST_HEARTBEAT) > 0) {
      throw Parameters.invalid("The parameter 'heartbeat' must be from "
          + Durations.format(EventSettings.SHORTEST_HEARTBEAT) + " to "
          + Durations.format(EventSettings.LONGEST_HEARTBEAT));
    }
    return heartbeat;
  }

  private static EventFilter filter(RequestContext context, Parameters parameters) {
    Set<String> keys = parameters.keys();
    AccessControl.checkKeys(context.principal(), context.store(), keys);
    String prefix = parameters.text("prefix");
    EventFilter filter = keys.isEmpty()
        ? EventFilter.ofPrefix(prefix == null ? "" : prefix)
        : EventFilter.ofKeys(keys);
    return filter.visibleTo(context.principal(), context.store());
  }

  /**
   * Parses the last event id. A browser that has not received an event yet may send an empty one.
   */
  private static @Nullable SyncToken lastEventId(@Nullable String header) {
    if (header == null || header.isBlank()) {
      return null;
    }
    try {
      return SyncToken.parse(header.strip());
    } catch (InvalidInputException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The header " + LAST_EVENT_ID + " is not the id of an event of this service",
          e);
    }
  }
}
