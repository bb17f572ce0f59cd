package dev.kvstore.internal.mongo.feed;

import com.mongodb.client.MongoDatabase;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.SyncToken;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.internal.support.ServiceThread;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the changes of a database to the sinks of all its stores. It uses one change stream, on
 * a thread that runs from the first subscription to the last. Sinks that start in the past share a
 * second stream until they have caught up with the first. Thread-safe.
 */
public final class ChangePump implements AutoCloseable {
  /** The collection of heartbeats. No store can have this name. */
  public static final String HEARTBEATS = "kvstore.heartbeat";

  /**
   * The time limit of a stream's calls. Independent of the operations' time limit, as no caller
   * waits here; several times the longest wait of the server.
   */
  private static final Duration STREAM_TIMEOUT = Duration.ofSeconds(2);

  /** A position after all others, so that no sink can join the stream. */
  private static final long NOWHERE = Long.MAX_VALUE;

  private final String database;
  private final StreamSource source;
  private final Supplier<PollingFeed> polling;
  private final Pause pause;

  // The following fields are guarded by this.
  private final Set<StreamSubscription> open = new LinkedHashSet<>();
  private final List<StreamSubscription> newcomers = new ArrayList<>();
  private final List<StreamSubscription> latecomers = new ArrayList<>();
  private final List<StreamSubscription> adopted = new ArrayList<>();
  private @Nullable StreamLoop main;
  private @Nullable StreamLoop catchUp;
  private Set<String> mainStores = Set.of();
  private long mainPosition = NOWHERE;
  private boolean closed;

  /** @param polling creates the polling feed, for a server without change streams */
  ChangePump(String database, StreamSource source, Supplier<PollingFeed> polling, Pause pause) {
    this.database = database;
    this.source = source;
    this.polling = polling;
    this.pause = pause;
  }

  /**
   * Returns a pump for the database. It does nothing before the first subscription.
   *
   * @param timeout the time limit of a polling query, for a server without change streams
   * @param longestWait how long the server may wait for changes before it answers
   * @param pollingInterval the interval of polls, for a server without change streams
   */
  public static ChangePump of(
      MongoDatabase database,
      Duration timeout,
      Duration longestWait,
      Duration pollingInterval,
      InstantSource clock) {
    return new ChangePump(
        database.getName(),
        new DriverStreams(database, STREAM_TIMEOUT, longestWait),
        () -> new PollingFeed(new DriverPoll(database, timeout), pollingInterval, clock),
        Pause.SLEEP);
  }

  /**
   * Subscribes a sink to the store of this name, like {@link dev.kvstore.spi.EntryStore#subscribe}.
   */
  public FeedSubscription subscribe(String store, ChangeSink sink, @Nullable SyncToken from) {
    long position = from == null ? StreamSubscription.NOW : from.position();
    StreamSubscription registration =
        new StreamSubscription(store, sink, position, this::unregister);
    synchronized (this) {
      if (closed) {
        throw new KVException(
            ErrorCode.CLOSED, "The database '" + database + "' was closed, open it again");
      }
      if (main == null) {
        String name = "kvstore-changes-" + database;
        main = started(new MainLoop(name, this, source, polling.get(), pause));
      }
      // Add it only after the thread has started, so that a failed subscription does not remain.
      open.add(registration);
      newcomers.add(registration);
    }
    return registration;
  }

  private synchronized void unregister(FeedSubscription registration) {
    open.remove(registration);
    Stream.of(newcomers, latecomers, adopted).forEach(waiting -> waiting.remove(registration));
    if (!open.isEmpty()) {
      return;
    }
    stop(main);
    stop(catchUp);
    main = null;
    catchUp = null;
    mainPosition = NOWHERE;
  }

  private static StreamLoop started(StreamLoop loop) {
    loop.start();
    return loop;
  }

  private static void stop(@Nullable StreamLoop loop) {
    if (loop != null) {
      loop.stop();
      loop.interrupt();
    }
  }

  /** Ends all subscriptions and waits a while for the threads. Idempotent. */
  @Override
  public void close() {
    List<StreamSubscription> ended;
    List<StreamLoop> loops;
    synchronized (this) {
      closed = true;
      ended = List.copyOf(open);
      loops = Stream.of(main, catchUp).filter(Objects::nonNull).toList();
    }
    Closing.all(
        ended.stream().<Runnable>map(registration -> registration::close).toList());
    ServiceThread.join(loops);
  }

  synchronized Set<String> stores() {
    return open.stream().map(StreamSubscription::store).collect(Collectors.toUnmodifiableSet());
  }

  /** Returns the sinks that are not served yet, of these stores or, if null, of all stores. */
  synchronized List<StreamSubscription> newcomers(MainLoop asking, @Nullable Set<String> stores) {
    if (main != asking) {
      return List.of();
    }
    List<StreamSubscription> taken = newcomers.stream()
        .filter(newcomer -> stores == null || stores.contains(newcomer.store()))
        .toList();
    newcomers.removeAll(taken);
    return taken;
  }

  /**
   * Notes that the main stream is open for these stores and that all changes before this position
   * were delivered.
   */
  synchronized void reached(MainLoop asking, Set<String> stores, long position) {
    if (main == asking) {
      mainStores = stores;
      mainPosition = position;
    }
  }

  /**
   * Notes that the main loop is about to deliver all changes up to this position. Returns further
   * sinks to deliver them to.
   */
  synchronized List<StreamSubscription> advancing(MainLoop asking, long upTo) {
    if (main != asking) {
      return List.of();
    }
    mainPosition = upTo;
    return takeAdopted();
  }

  /** Notes that the main loop has lost its position. Returns the sinks to notify. */
  synchronized List<StreamSubscription> lost(MainLoop asking) {
    if (main != asking) {
      return List.of();
    }
    mainPosition = NOWHERE;
    return takeAdopted();
  }

  /**
   * Hands a sink over to the main loop, unless that has already delivered changes that the sink
   * does not know. Changes that the sink knows are not delivered to it again.
   */
  synchronized boolean adopts(StreamSubscription sink) {
    if (mainPosition > sink.position() || !mainStores.contains(sink.store())) {
      return false;
    }
    adopted.add(sink);
    return true;
  }

  /** Serves a sink that starts before the position of the main stream. */
  synchronized void comesLate(StreamSubscription sink) {
    if (main != null) {
      latecomers.add(sink);
      if (catchUp == null) {
        startCatchUp();
      }
    }
  }

  /** Restarts a sink that missed changes at the current position of the main stream. */
  synchronized void comesAnew(StreamSubscription sink) {
    if (main != null) {
      newcomers.add(sink);
    }
  }

  synchronized void ended(CatchUpLoop loop) {
    if (catchUp == loop) {
      catchUp = null;
      if (!latecomers.isEmpty()) {
        startCatchUp();
      }
    }
  }

  private synchronized void startCatchUp() {
    String name = "kvstore-earlier-changes-" + database;
    catchUp = started(new CatchUpLoop(name, this, source, pause, List.copyOf(latecomers)));
    latecomers.clear();
  }

  private List<StreamSubscription> takeAdopted() {
    List<StreamSubscription> taken = List.copyOf(adopted);
    adopted.clear();
    return taken;
  }
}
