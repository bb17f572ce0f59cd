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
 * Tells the sinks of all stores of a database of its changes: one stream, on a thread of its own
 * from the first subscription to the last. A sink that wants to begin in the past is served by a
 * second stream, one for all of them, until it has caught up with the first. Thread-safe.
 */
public final class ChangePump implements AutoCloseable {
  /** The collection of heartbeats. No store can have this name. */
  public static final String HEARTBEATS = "kvstore.heartbeat";

  /**
   * A stream that does not answer for so long is asked again. Not the operations' time limit, for
   * which nobody waits here; several times the longest that the server may wait itself.
   */
  private static final Duration STREAM_TIMEOUT = Duration.ofSeconds(2);

  /** After every position: nobody can join a stream that is there. */
  private static final long NOWHERE = Long.MAX_VALUE;

  private final String database;
  private final StreamSource source;
  private final Supplier<PollingFeed> polling;
  private final Pause pause;

  // All of these guarded by this.
  private final Set<StreamSubscription> open = new LinkedHashSet<>();
  private final List<StreamSubscription> newcomers = new ArrayList<>();
  private final List<StreamSubscription> latecomers = new ArrayList<>();
  private final List<StreamSubscription> adopted = new ArrayList<>();
  private @Nullable StreamLoop main;
  private @Nullable StreamLoop catchUp;
  private Set<String> mainStores = Set.of();
  private long mainPosition = NOWHERE;
  private boolean closed;

  /** @param polling makes what asks again and again where the server has no change streams */
  ChangePump(String database, StreamSource source, Supplier<PollingFeed> polling, Pause pause) {
    this.database = database;
    this.source = source;
    this.polling = polling;
    this.pause = pause;
  }

  /**
   * Returns a pump for the database, which does nothing before the first subscription.
   *
   * @param timeout the time limit of a query, where the server has no change streams
   * @param longestWait how long the server may wait for changes before it answers
   * @param pollingInterval how often it is asked for versions, where it has no change streams
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

  /** Like {@link dev.kvstore.spi.EntryStore#subscribe}, for the store of that name. */
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
      // Once the thread runs: what was refused must not stay behind.
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

  /** Ends every subscription, and waits a while for the threads. Idempotent. */
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

  /** Returns the sinks of these stores that nobody serves yet, or of all stores. */
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

  /** The main stream is open for these stores, and all before that position was told. */
  synchronized void reached(MainLoop asking, Set<String> stores, long position) {
    if (main == asking) {
      mainStores = stores;
      mainPosition = position;
    }
  }

  /** The main loop is about to tell of all up to that position, to these sinks too. */
  synchronized List<StreamSubscription> advancing(MainLoop asking, long upTo) {
    if (main != asking) {
      return List.of();
    }
    mainPosition = upTo;
    return takeAdopted();
  }

  /**
   * The main loop does not know any more where it is. Returns sinks that it has to tell of that.
   */
  synchronized List<StreamSubscription> lost(MainLoop asking) {
    if (main != asking) {
      return List.of();
    }
    mainPosition = NOWHERE;
    return takeAdopted();
  }

  /**
   * Hands a sink over to the main loop, if that has told of nothing that the sink does not know.
   * What the sink knows already it will not be told again.
   */
  synchronized boolean adopts(StreamSubscription sink) {
    if (mainPosition > sink.position() || !mainStores.contains(sink.store())) {
      return false;
    }
    adopted.add(sink);
    return true;
  }

  /** A sink wants to begin before the place where the main stream is. */
  synchronized void comesLate(StreamSubscription sink) {
    if (main != null) {
      latecomers.add(sink);
      if (catchUp == null) {
        startCatchUp();
      }
    }
  }

  /** A sink missed something and begins anew, where the main stream is then. */
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
