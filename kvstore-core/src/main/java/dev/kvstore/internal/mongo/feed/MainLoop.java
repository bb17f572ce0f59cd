package dev.kvstore.internal.mongo.feed;

import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The change stream of a database that starts now, or polling if the server has no change streams.
 */
final class MainLoop extends StreamLoop {
  private static final Logger log = LoggerFactory.getLogger(MainLoop.class);

  private final ChangePump pump;
  private final PollingFeed polling;
  private boolean polls;

  MainLoop(String name, ChangePump pump, StreamSource source, PollingFeed polling, Pause pause) {
    super(name, source, pause, UNKNOWN);
    this.pump = pump;
    this.polling = polling;
  }

  @Override
  void serve() {
    if (!polls) {
      super.serve();
      return;
    }
    // After a failure it may be another server, so try a stream first.
    polls = false;
    sinks.addAll(pump.newcomers(this, null));
    polling.poll(sinks);
    polls = true;
    succeeded();
    rest(polling.interval());
  }

  @Override
  Set<String> wanted() {
    return pump.stores();
  }

  @Override
  void opened(Set<String> stores, long position) {
    if (polling.hasBegun()) {
      polling.end();
      sinks.forEach(StreamSubscription::restart);
    }
    for (StreamSubscription newcomer : pump.newcomers(this, stores)) {
      if (newcomer.position() != StreamSubscription.NOW && newcomer.position() < position) {
        pump.comesLate(newcomer);
      } else {
        sinks.add(newcomer);
      }
    }
    pump.reached(this, stores, position);
  }

  @Override
  void advancing(long upTo) {
    sinks.addAll(pump.advancing(this, upTo));
  }

  @Override
  void historyLost() {
    sinks.addAll(pump.lost(this));
    beginAnew();
    sinks.forEach(StreamSubscription::restart);
  }

  @Override
  void standalone() {
    if (!polling.hasBegun()) {
      log.info(
          "The server is a standalone one, so changes are looked for every {} ms",
          polling.interval().toMillis());
      historyLost();
    }
    polls = true;
  }
}
