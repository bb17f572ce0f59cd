package dev.kvstore.internal.mongo.feed;

import com.mongodb.MongoException;
import dev.kvstore.KVChange.Kind;
import dev.kvstore.internal.mongo.feed.StreamSource.Batch;
import dev.kvstore.internal.mongo.feed.StreamSource.EventStream;
import dev.kvstore.internal.mongo.feed.StreamSource.Start;
import dev.kvstore.internal.support.Backoff;
import dev.kvstore.internal.support.ServiceThread;
import dev.kvstore.spi.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one change stream, resuming it after failures, and delivers its changes to sinks. All state
 * is confined to the thread that runs it.
 */
abstract class StreamLoop extends ServiceThread {
  private static final Logger log = LoggerFactory.getLogger(StreamLoop.class);

  static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** The position of a stream that is not known yet. */
  static final long UNKNOWN = -1;

  /** The number of consecutive refusals after which the resume position is given up. */
  private static final int REFUSALS = 5;

  /** The maximum number of remembered tombstones. */
  private static final int MOST_ABSENT = 10_000;

  final List<StreamSubscription> sinks = new ArrayList<>();

  /** The keys most recently reported as absent. */
  private final Set<String> absent = Collections.newSetFromMap(new LinkedHashMap<>() {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
      return size() > MOST_ABSENT;
    }
  });

  private final StreamSource source;
  private final Pause pause;
  private final Backoff backoff = new Backoff(SHORTEST_PAUSE, LONGEST_PAUSE);
  private boolean unsure;
  private @Nullable EventStream stream;
  private Set<String> covered = Set.of();
  private @Nullable BsonDocument token;
  private long position;
  private boolean tokensTrusted = true;
  private boolean justOpened;
  private boolean failing;

  StreamLoop(String name, StreamSource source, Pause pause, long from) {
    super(name, "reading the changes of the database");
    this.source = source;
    this.pause = pause;
    this.position = from;
  }

  abstract Set<String> wanted();

  /**
   * Called when the stream is open for these stores and everything before this position was
   * delivered.
   */
  void opened(Set<String> stores, long position) {}

  /** Called before changes up to this position are delivered to the sinks. */
  void advancing(long upTo) {}

  /** Called after the changes were delivered. */
  void advanced() {}

  /** Called when changes may have been missed. */
  abstract void historyLost();

  /** Called when the server has no change streams. */
  abstract void standalone();

  @Override
  protected void ended() {
    closeStream();
  }

  /** Forgets the position of the stream: the next one starts now. */
  final void beginAnew() {
    closeStream();
    absent.clear();
    token = null;
    position = UNKNOWN;
  }

  @Override
  protected final void step() {
    if (unsure) {
      historyLost();
      unsure = false;
    }
    try {
      sinks.removeIf(StreamSubscription::isClosed);
      serve();
      // Catch errors, too: all caches rely on this thread.
    } catch (RuntimeException | Error e) {
      if (!isStopped()) {
        unsure = true; // until the recovery has succeeded
        recover(e);
        unsure = false;
      }
    }
  }

  /** Performs the next step, waiting for the server at most once. */
  void serve() {
    EventStream open = openStream();
    opened(covered, position);
    for (StreamSubscription sink : sinks) {
      if (!sink.isLive()) {
        sink.positioned(position);
      }
    }
    if (isStopped()) {
      return;
    }
    apply(open.next());
  }

  private EventStream openStream() {
    Set<String> stores = wanted();
    if (stream != null && !covered.containsAll(stores)) {
      closeStream();
    }
    if (stream == null) {
      Start start = token != null
          ? new Start.After(token)
          : position == UNKNOWN ? new Start.Now() : new Start.At(position);
      stream = source.open(start, stores);
      covered = stores;
      justOpened = true;
      if (position == UNKNOWN) {
        position = stream.startedAt();
      }
    }
    return stream;
  }

  private void apply(Batch batch) {
    Map<String, StoreNews> news = new HashMap<>();
    for (BsonDocument event : batch.events()) {
      if (!read(event, news)) {
        log.warn("The database was dropped, or sent an event that is not understood;"
            + " cached entries are read again");
        historyLost();
        return;
      }
    }
    long upTo = positionAfter(batch);
    advancing(upTo);
    // Events that came with the opening were requested before the sinks were notified of it.
    boolean more = batch.full() || (justOpened && !batch.events().isEmpty());
    justOpened = false;
    for (StreamSubscription sink : sinks) {
      news.getOrDefault(sink.store(), StoreNews.NONE).tell(sink, upTo, more);
    }
    position = upTo;
    token = batch.token() != null ? batch.token() : token;
    advanced();
    if (batch.ended()) {
      throw new IllegalStateException("The server has closed the change stream");
    }
    succeeded();
  }

  final void succeeded() {
    if (failing) {
      log.info("The changes of the database can be heard again");
      failing = false;
      backoff.reset();
    }
  }

  /** Processes an event. Returns true if the stream can continue after it. */
  private boolean read(BsonDocument event, Map<String, StoreNews> news) {
    StreamEvent read = StreamEvent.of(event);
    if (read instanceof StreamEvent.Changed changed) {
      List<Change> changes = news.computeIfAbsent(
              changed.store(), store -> StoreNews.replacedAt(UNKNOWN))
          .changes();
      for (Change change : changed.changes()) {
        if (!isKnown(changed.store(), change)) {
          changes.add(change);
        }
      }
    } else if (read instanceof StreamEvent.Replaced replaced) {
      absent.clear();
      for (String store : replaced.stores()) {
        news.put(store, StoreNews.replacedAt(replaced.position()));
      }
    } else {
      return read instanceof StreamEvent.Nothing;
    }
    return true;
  }

  /**
   * Returns true if the key was already reported as absent, and this is the removal of its
   * tombstone.
   */
  private boolean isKnown(String store, Change change) {
    String key = store + '/' + change.key();
    if (change.kind() == Kind.SET) {
      absent.remove(key);
      return false;
    }
    return !absent.add(key);
  }

  /** Returns the position up to which everything is known after the batch. */
  private long positionAfter(Batch batch) {
    long last = UNKNOWN;
    for (BsonDocument event : batch.events()) {
      OptionalLong time = ClusterTimes.of(event, "clusterTime");
      last = Math.max(last, time.orElse(UNKNOWN));
      if (tokensTrusted && !ClusterTimes.ofToken(event.getDocument("_id", null)).equals(time)) {
        tokensTrusted = false;
        log.warn("The resume tokens of this server are of another form than expected, so that"
            + " nothing tells how far an idle stream has come: caches are bypassed then");
      }
    }
    long known = last;
    if (tokensTrusted) {
      known = Math.max(known, ClusterTimes.ofToken(batch.token()).orElse(UNKNOWN));
    }
    // The rest of a transaction, whose events all have the same time, may be in the next batch.
    return Math.max(position, batch.full() && known == last ? last - 1 : known);
  }

  private void recover(Throwable thrown) {
    StreamFailure trouble = StreamFailure.of(thrown);
    absent.clear(); // the events read last may not have been delivered
    // Close it after a timeout, too. The driver could continue the same stream, but it would stick
    // to the server chosen first and retry connecting without a pause.
    closeStream();
    if (trouble == StreamFailure.STANDALONE) {
      standalone();
      return;
    }
    if (trouble == StreamFailure.HISTORY_LOST
        || (trouble == StreamFailure.REFUSED && backoff.failures() >= REFUSALS)) {
      historyLost();
    }
    tell(trouble, thrown);
    // A timeout has already been a wait.
    rest(trouble == StreamFailure.TIMED_OUT ? SHORTEST_PAUSE : backoff.next());
  }

  private void tell(StreamFailure trouble, Throwable thrown) {
    // The driver's message can name hosts and users, so log it only at debug level.
    String what = thrown instanceof MongoException e
        ? e.getClass().getSimpleName() + " " + e.getCode()
        : thrown.getClass().getSimpleName();
    if (!failing) {
      log.warn("The change stream failed ({}, {}), it is tried again", trouble, what);
    }
    failing = true;
    log.debug("The change stream failed", thrown);
  }

  final void rest(Duration duration) {
    try {
      pause.pause(duration);
    } catch (InterruptedException e) {
      // The thread is interrupted only to stop this loop.
      if (isStopped()) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void closeStream() {
    EventStream open = stream;
    stream = null;
    if (open == null) {
      return;
    }
    // An interrupted thread could not close the cursor on the server.
    boolean interrupted = Thread.interrupted();
    try {
      open.close();
    } catch (RuntimeException e) {
      log.debug("The change stream could not be closed", e);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private record StoreNews(List<Change> changes, long replacedAt) {
    static final StoreNews NONE = new StoreNews(List.of(), UNKNOWN);

    static StoreNews replacedAt(long position) {
      return new StoreNews(new ArrayList<>(), position);
    }

    void tell(StreamSubscription sink, long upTo, boolean more) {
      if (replacedAt != UNKNOWN && replacedAt >= sink.position()) {
        sink.missed();
        sink.positioned(replacedAt);
      }
      sink.changed(changes, upTo, more);
    }
  }
}
