package dev.kvstore.client.internal.events;

import dev.kvstore.client.internal.request.Endpoint;
import dev.kvstore.client.internal.request.StoreUrls;
import dev.kvstore.client.internal.request.Transport;
import java.io.IOException;

/** Where streams of events come from: the nodes of a service, of which calls choose alike. */
public interface EventStreamSource {
  /** Tells whether there is more than one node. */
  boolean hasSeveral();

  /** Returns the node to ask now. */
  Endpoint choose();

  /** Asks that node, see {@link EventConnection#open}. */
  EventConnection open(Endpoint node, String lastId) throws IOException, InterruptedException;

  /** It could not be reached, or not give what it should. */
  void failed(Endpoint node);

  void worked(Endpoint node);

  /** Returns the source of a store's events by that transport. */
  static EventStreamSource of(Transport transport, StoreUrls urls, EventTimes times) {
    return new EventStreamSource() {
      @Override
      public boolean hasSeveral() {
        return transport.endpoints().size() > 1;
      }

      @Override
      public Endpoint choose() {
        return transport.endpoints().choose();
      }

      @Override
      public EventConnection open(Endpoint node, String lastId)
          throws IOException, InterruptedException {
        return EventConnection.open(transport.exchanges(), node, urls, times, lastId);
      }

      @Override
      public void failed(Endpoint node) {
        transport.endpoints().failed(node);
      }

      @Override
      public void worked(Endpoint node) {
        transport.endpoints().worked(node);
      }
    };
  }
}
