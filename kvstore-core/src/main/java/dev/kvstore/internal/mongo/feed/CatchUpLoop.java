package dev.kvstore.internal.mongo.feed;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A stream that begins in the past, for sinks that want to, until they know what the main one told.
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

  /** What is gone for this stream is gone: the sinks begin anew with the main one. */
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
