package dev.kvstore.client.internal.events;

import dev.kvstore.InvalidInputException;
import dev.kvstore.KVChange.Kind;
import dev.kvstore.KVException;
import dev.kvstore.SyncToken;
import dev.kvstore.client.internal.events.EventConnection.RefusedException;
import dev.kvstore.client.internal.events.SseParser.Block;
import dev.kvstore.client.internal.request.Endpoint;
import dev.kvstore.client.internal.request.MalformedAnswerException;
import dev.kvstore.client.internal.request.StoreUrls;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.internal.support.Backoff;
import dev.kvstore.internal.support.ServiceThread;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.FeedSubscription;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the event stream of a store, resuming it after failures, and delivers its changes to
 * subscriptions. All state is confined to the thread that runs it.
 */
final class EventLoop extends ServiceThread {
  private static final Logger log = LoggerFactory.getLogger(EventLoop.class);

  private static final int GONE = 410;

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);

  /** The maximum pause between attempts, short so that a recovered service is found soon. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  /** The maximum pause after a refusal, which will probably be repeated. */
  private static final Duration LONGEST_PAUSE_IF_REFUSED = Duration.ofSeconds(2);

  private static final Duration LONGEST_DEMANDED_PAUSE = Duration.ofSeconds(30);

  private final String store;
  private final Transport transport;
  private final StoreUrls urls;
  private final EventTimes times;
  private final Set<HttpFeedSubscription> subscriptions = ConcurrentHashMap.newKeySet();

  private final Backoff backoff = new Backoff(SHORTEST_PAUSE, LONGEST_PAUSE_IF_REFUSED);
  private boolean failing;

  /** The id at which the next stream can resume; empty if unknown. */
  private String lastId;

  /** True if the subscriptions have missed nothing since {@link #position}. */
  private boolean live;

  private long position;

  // State of the current connection.
  private boolean resuming;
  private boolean settled;
  private long provedAt;
  private long heardAt;

  /** @param lastId the id of the last event to resume after; empty to start now */
  EventLoop(String store, Transport transport, StoreUrls urls, EventTimes times, String lastId) {
    super("kvstore-events-" + store, "the events of the store '" + store + "'");
    this.store = store;
    this.transport = transport;
    this.urls = urls;
    this.times = times;
    this.lastId = lastId;
  }

  /**
   * Adds a subscription, which is positioned when the position of the stream is known. Thread-safe.
   */
  void add(HttpFeedSubscription subscription) {
    subscriptions.add(subscription);
  }

  /** Removes a subscription. Returns true if none is left. Thread-safe. */
  boolean remove(FeedSubscription subscription) {
    subscriptions.remove(subscription);
    return subscriptions.isEmpty();
  }

  /** Closes all subscriptions. Thread-safe. */
  void closeSubscriptions() {
    List.copyOf(subscriptions).forEach(HttpFeedSubscription::close);
  }

  @Override
  protected void step() throws InterruptedException {
    Endpoint node = transport.endpoints().choose();
    try (EventConnection connection =
        EventConnection.open(transport.exchanges(), node, urls, times, lastId)) {
      resuming = !lastId.isEmpty();
      settled = false;
      provedAt = connection.askedAt();
      heardAt = connection.askedAt();
      while (!isStopped()) {
        take(connection.next(), connection, node);
      }
    } catch (RefusedException e) {
      refused(node, e);
    } catch (OutdatedException e) {
      log.debug("Another stream of events takes the place of one", e);
      TimeUnit.NANOSECONDS.sleep(backoff.next().toNanos());
    } catch (MalformedAnswerException e) {
      // Resuming there would fail in the same way.
      forget();
      failed(node, e, LONGEST_PAUSE, Duration.ZERO);
    } catch (IOException e) {
      failed(node, e, LONGEST_PAUSE, Duration.ZERO);
    } catch (KVException e) {
      failed(node, e, LONGEST_PAUSE_IF_REFUSED, Duration.ZERO);
    } catch (RuntimeException | Error e) { // all caches rely on this thread
      forget();
      failed(node, e, LONGEST_PAUSE_IF_REFUSED, Duration.ZERO);
    }
  }

  private void refused(Endpoint node, RefusedException e) throws InterruptedException {
    if (e.status() == GONE && !lastId.isEmpty()) {
      forget();
      return;
    }
    boolean later = e.status() >= 500 || e.status() == 408 || e.status() == 429;
    failed(node, e, later ? LONGEST_PAUSE : LONGEST_PAUSE_IF_REFUSED, e.retryAfter());
  }

  private void failed(Endpoint node, Throwable failure, Duration most, Duration demanded)
      throws InterruptedException {
    if (isStopped()) {
      return;
    }
    transport.endpoints().failed(node);
    if (!failing) {
      log.warn(
          "The changes of the store '{}' cannot be heard at {}, it is tried again: {}",
          store,
          node,
          failure.getMessage());
    }
    failing = true;
    if (!(failure
        instanceof KVException)) { // its cause may be that of a token supplier, with a secret
      log.debug("The stream of events failed", failure);
    }
    long wanted = Math.min(backoff.next().toNanos(), most.toNanos());
    // The requested pause applies only to this node.
    long atLeast = transport.endpoints().size() > 1
        ? 0
        : Math.min(demanded.toNanos(), LONGEST_DEMANDED_PAUSE.toNanos());
    TimeUnit.NANOSECONDS.sleep(Math.max(wanted, atLeast));
  }

  /** Makes the next stream start now, without resuming. */
  private void forget() {
    lastId = "";
    reset();
  }

  private void reset() {
    live = false;
    subscriptions.forEach(HttpFeedSubscription::missed);
  }

  private void take(Block block, EventConnection connection, Endpoint node) throws IOException {
    String data = block.data();
    if (data == null) {
      moveTo(block.lastId());
      beat(StoreEvents.current(block.comment()), connection);
      settle(node);
    } else {
      switch (block.type()) {
        case "ready" -> ready(StoreEvents.position(data));
        case "reset" -> reset();
        case "set" -> changed(StoreEvents.change(Kind.SET, data));
        case "delete" -> changed(StoreEvents.change(Kind.DELETE, data));
        case "expire" -> changed(StoreEvents.change(Kind.EXPIRE, data));
        default -> {
          // an event of a newer service
        }
      }
    }
    lastId = block.lastId().isEmpty() ? lastId : block.lastId();
    checkTime(connection);
  }

  private void ready(long at) {
    transport.exchanges().seen().raise(new SyncToken(at));
    if (live && !resuming) {
      // The end of the previous stream is unknown.
      reset();
    }
    resuming = false;
    if (!live) {
      live = true;
      position = at;
      subscriptions.forEach(each -> each.begin(at));
    }
  }

  /** Marks the node as working after the stream is ready and has lasted for a heartbeat. */
  private void settle(Endpoint node) {
    if (settled || resuming || !live) {
      return;
    }
    settled = true;
    transport.endpoints().worked(node);
    if (failing) {
      log.info("The changes of the store '{}' can be heard again", store);
    }
    failing = false;
    backoff.reset();
  }

  private void changed(Change change) {
    heardAt = System.nanoTime();
    // Do this first, so that later reads of the key do not return an older entry.
    transport.exchanges().seen().raise(new SyncToken(change.position()));
    // Other changes with the same position may follow.
    position = Math.max(position, change.position() - 1);
    tell(each -> each.changed(List.of(change), position));
  }

  /** Notes that everything up to this id was reported. */
  private void moveTo(String id) {
    if (live && !id.isEmpty()) {
      SyncToken token = parse(id);
      transport.exchanges().seen().raise(token);
      position = Math.max(position, token.position());
    }
  }

  private static SyncToken parse(String id) {
    try {
      return SyncToken.parse(id);
    } catch (InvalidInputException e) {
      throw new MalformedAnswerException("an id that is no position", e);
    }
  }

  private void beat(long current, EventConnection connection) throws IOException {
    long now = System.nanoTime();
    boolean proved = current != StoreEvents.UNKNOWN;
    if (proved) {
      provedAt = connection.askedAt() + TimeUnit.MILLISECONDS.toNanos(current);
    }
    if (live && proved && now - provedAt >= 0) {
      subscriptions.stream()
          .filter(each -> !each.isLive() && each.isSubscribedAt(provedAt))
          .forEach(each -> each.begin(position));
      tell(each -> each.current(position, provedAt));
    } else if (live && connection.isPlain()) {
      subscriptions.stream().filter(each -> !each.isLive()).forEach(each -> each.begin(position));
      tell(each -> each.changed(List.of(), position));
    }
  }

  private void tell(Consumer<HttpFeedSubscription> call) {
    subscriptions.stream().filter(HttpFeedSubscription::isLive).forEach(call);
  }

  /** @throws IOException if this stream must be replaced */
  private void checkTime(EventConnection connection) throws IOException {
    long now = System.nanoTime();
    if (now - provedAt < 0) {
      throw new OutdatedException("The service's clock runs ahead of ours");
    }
    if (now - connection.askedAt() > times.longest().toNanos()) {
      throw new OutdatedException("The service's clock may run otherwise than ours by now");
    }
    long unproved = times.unproved().toNanos();
    if (!connection.isPlain() && now - provedAt > unproved && now - heardAt > unproved) {
      throw new IOException("The service does not hear of changes itself");
    }
  }

  /** Thrown if the service is working, but its clock can no longer be compared with ours. */
  private static final class OutdatedException extends IOException {
    private static final long serialVersionUID = 1L;

    OutdatedException(String message) {
      super(message);
    }
  }
}
