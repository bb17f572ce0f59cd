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
 * Reads one stream, again and again from where it was when it broke, and tells sinks of it. All
 * state belongs to the thread that runs it.
 */
abstract class StreamLoop extends ServiceThread {
  private static final Logger log = LoggerFactory.getLogger(StreamLoop.class);

  static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** Where nobody knows yet where the stream is. */
  static final long UNKNOWN = -1;

  /** After so many refusals in a row the place where the stream was to continue is given up. */
  private static final int REFUSALS = 5;

  /** So many tombstones may wait for their removal. */
  private static final int MOST_ABSENT = 10_000;

  final List<StreamSubscription> sinks = new ArrayList<>();

  /** Keys of which it was told last that they are absent, the latest ones. */
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

  /** The stream is open for these stores, and everything before that position was told. */
  void opened(Set<String> stores, long position) {}

  /** The sinks are about to be told of everything up to that position. */
  void advancing(long upTo) {}

  /** They were. */
  void advanced() {}

  /** Changes may have been missed. */
  abstract void historyLost();

  /** The server has no change streams. */
  abstract void standalone();

  @Override
  protected void ended() {
    closeStream();
  }

  /** Forgets where the stream was: the next one begins now. */
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
      // Not even an error may end the thread that all caches rely on.
    } catch (RuntimeException | Error e) {
      if (!isStopped()) {
        unsure = true; // until the recovery has succeeded
        recover(e);
        unsure = false;
      }
    }
  }

  /** Does what there is to do next, and waits for the server at most once. */
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
            + " what is cached of it is read anew");
        historyLost();
        return;
      }
    }
    long upTo = positionAfter(batch);
    advancing(upTo);
    // What came with the opening was asked for before the sinks were told of that.
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

  /** Returns whether the stream can go on after that event. */
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

  /** Returns whether it was told before that the key is absent: now its tombstone is removed. */
  private boolean isKnown(String store, Change change) {
    String key = store + '/' + change.key();
    if (change.kind() == Kind.SET) {
      absent.remove(key);
      return false;
    }
    return !absent.add(key);
  }

  /** Returns up to which time everything is known after the batch. */
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
    // The rest of a transaction, all of one time, may be in the next batch.
    return Math.max(position, batch.full() && known == last ? last - 1 : known);
  }

  private void recover(Throwable thrown) {
    StreamFailure trouble = StreamFailure.of(thrown);
    absent.clear(); // of what was read last nobody may have been told
    // After a time-out too, though the driver would go on with the same one: it then keeps to the
    // server that it chose first, and asks for a connection again and again without a pause.
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
    // A time-out was a wait already.
    rest(trouble == StreamFailure.TIMED_OUT ? SHORTEST_PAUSE : backoff.next());
  }

  private void tell(StreamFailure trouble, Throwable thrown) {
    // The driver's text can name hosts and users, so it stays in the debug log.
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
      // Only whoever stops this loop interrupts its thread.
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
    // An interrupted thread could not tell the server.
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
