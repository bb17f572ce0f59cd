package dev.kvstore.http;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /v1/stores/{store}/events}: the changes of a store, as they happen. */
record EventsHandler(EntryDatabase database, EventStreams streams, EventFrames frames)
    implements ResourceHandler {
  static final String MEDIA_TYPE = "text/event-stream";

  private static final String LAST_EVENT_ID = "Last-Event-ID";

  @Override
  public void handle(Exchange exchange) throws IOException {
    Parameters parameters = exchange.parameters("prefix", "key", "values", "heartbeat");
    parameters.excludes("key", "prefix");
    boolean values = parameters.flag("values");
    EventFilter filter = filter(exchange, parameters);
    Duration heartbeat = parameters.heartbeat();
    SyncToken from = lastEventId(exchange.request().getHeader(LAST_EVENT_ID));
    if (!Format.accepts(exchange.request(), MEDIA_TYPE)) {
      throw new ProblemException(ErrorKind.NOT_ACCEPTABLE, "Events are " + MEDIA_TYPE);
    }
    exchange.tellPosition();
    if (exchange.isHead()) {
      EventStream.setHeaders(exchange.response());
      // Sent now, as the server would think that there is nothing to tell the length of.
      exchange.response().flushBuffer();
      return;
    }
    EntryStore store = database.store(exchange.store());
    new EventStream(exchange, store, streams, frames, filter, values, from != null)
        .open(from, heartbeat == null ? streams.settings().heartbeat() : heartbeat);
  }

  private static EventFilter filter(Exchange exchange, Parameters parameters) {
    Set<String> keys = parameters.keys();
    Gate.checkKeys(exchange, keys);
    String prefix = parameters.text("prefix");
    EventFilter filter = keys.isEmpty()
        ? EventFilter.ofPrefix(prefix == null ? "" : prefix)
        : EventFilter.ofKeys(keys);
    return filter.visibleTo(exchange.principal(), exchange.store());
  }

  /** A browser that has heard of no event yet may send an empty one. */
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
