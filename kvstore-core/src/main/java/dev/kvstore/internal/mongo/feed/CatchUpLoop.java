package dev.kvstore.internal.mongo.feed;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A stream that starts in the past, for sinks that ask for it, until they have caught up with the
 * main stream.
 */
final class CatchUpLoop extends StreamLoop {
  private final ChangePump pump;

  CatchUpLoop(
      String name,
      ChangePump pump,
      StreamSource source,
      Pause pause,
      List<StreamSubscription> latecomers) {
    super(
        name,
        source,
        pause,
        latecomers.stream().mapToLong(StreamSubscription::position).min().orElseThrow());
    this.pump = pump;
    sinks.addAll(latecomers);
  }

  @Override
  void serve() {
    if (sinks.isEmpty()) {
      stop();
    } else {
      super.serve();
    }
  }

  @Override
  protected void ended() {
    super.ended();
    pump.ended(this);
  }

  @Override
  Set<String> wanted() {
    return sinks.stream().map(StreamSubscription::store).collect(Collectors.toUnmodifiableSet());
  }

  @Override
  void advanced() {
    sinks.removeIf(pump::adopts);
  }

  /** The lost changes cannot be recovered: the sinks start over with the main stream. */
  @Override
  void historyLost() {
    beginAnew();
    sinks.forEach(StreamSubscription::restart);
    sinks.forEach(pump::comesAnew);
    sinks.clear();
  }

  @Override
  void standalone() {
    historyLost();
  }
}
